"""The page at ``/_emulator``, which shows the state of an emulator in a browser."""
