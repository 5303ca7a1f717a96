"""Clocks of the emulator, and the times that resources carry."""
