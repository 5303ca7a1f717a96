"""A type for times of the emulator's clock, as opposed to times of day (``datetime``)."""

from typing import Annotated

Instant = Annotated[float, "seconds of the emulator's clock"]
"""A time as ``Clock.monotonic()`` returns it.

Clocks start at different values, so a snapshot of the state stores each one relative to the
present. It finds them by this type.
"""
