"""What each kind of operation is waited for, one module per noun, loaded when it is first needed."""
