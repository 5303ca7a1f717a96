"""Times of the emulator's clock, told apart from other numbers."""

from typing import Annotated

Instant = Annotated[float, "seconds of the emulator's clock"]
"""When something happens.

A snapshot of the state keeps it relative to the present, since clocks begin where they like.
"""
