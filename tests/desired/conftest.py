"""Declared state against the emulator, over a socket and on one virtual clock."""

from tests.worlds import astra, blocking_astra, blocking_emulator, emulator, journal

__all__ = ["astra", "blocking_astra", "blocking_emulator", "emulator", "journal"]
