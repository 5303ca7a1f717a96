"""The emulator's time.

``clock`` has the clocks to choose from, ``virtual`` the one that skips waits, ``timekeeping`` what
the server does with a clock, ``instants`` the type of its times.
"""
