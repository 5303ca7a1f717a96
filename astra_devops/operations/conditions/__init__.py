"""The condition and the kind of each operation, one module per noun, loaded when first needed."""
