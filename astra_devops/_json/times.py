"""Reading and writing times in the formats of the service. Pure functions."""

import re
from datetime import UTC, datetime
from typing import Final

_GO_ZERO_DAY: Final = 1
"""The day number of 1 January of year 1, Go's zero time, which the service uses for "never"."""
GO_ZERO: Final = "0001-01-01T00:00:00Z"
"""Its usual text, which need not be parsed."""

# RFC 3339 with letters in either case, and what Go's Time.String() prints: after the offset a zone
# name, then a monotonic clock reading.
_FORMATS: Final = (
    r"(?a)(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d:\d\d(?:[.,]\d+)?)"
    r"(?: ?(?:(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)|[Zz]|UTC|GMT))?"
    r"(?: [A-Za-z]+| [+-]\d{2,4})?(?: m=[+-][\d.]+)?"
)
# While a test freezes time, the name ``datetime`` may stand for a subclass, and this module may be
# imported then. The class itself is the one that defines the parts of a time.
_plain: Final[type[datetime]] = next(cls for cls in reversed(datetime.__mro__) if "hour" in vars(cls))
_parse: Final = _plain.fromisoformat


def is_time(shape: object) -> bool:
    """Return whether an annotation is ``datetime`` or a subclass of it."""
    return isinstance(shape, type) and issubclass(shape, datetime)


def read(text: str) -> datetime | None:
    """Parse a time. Return None for an empty string and for Go's zero time, which mean "never".

    Digits below the microsecond are cut off. A time without a zone is in UTC, and a date is
    midnight in UTC. An offset is kept.

    Raises:
        ValueError: It is not a time. The message does not contain the text.
    """
    if not text or text == GO_ZERO:
        return None
    try:
        moment = _parse(text)
    except ValueError:
        moment = None
    if moment is None:
        moment = _read_other_format(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment if moment.year > 1 or moment.toordinal() != _GO_ZERO_DAY else None


def _read_other_format(text: str) -> datetime:
    match = re.fullmatch(_FORMATS, text)
    moment = None
    if match is not None:
        offset = f"{match['sign']}{match['hours']}:{match['minutes']}" if match["sign"] else "Z"
        try:
            moment = _parse(f"{match['date']}T{match['time']}{offset}")
        except ValueError:
            moment = None
    if moment is None:  # Raised outside the except block: the parser's message contains the text.
        raise ValueError("not a valid time")
    return moment


def write(moment: datetime) -> str:
    """Return an aware datetime as RFC 3339 in UTC, with no more digits than it needs.

    Subclasses may format themselves in other ways, so the text is that of a plain datetime.

    Raises:
        ValueError: The datetime has no time zone.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("must have a time zone, as in datetime.now(UTC)")
    plain = _plain(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond)
    text = (plain - offset).isoformat()
    return (text.rstrip("0") if moment.microsecond else text) + "Z"
