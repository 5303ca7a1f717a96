"""Saving the state of an emulator, in memory and in files."""
