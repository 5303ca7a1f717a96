"""Points in time as the service spells them, and as it wants to read them. Pure functions."""

import re
from datetime import UTC, datetime
from typing import Final

_GO_ZERO_DAY: Final = 1
"""The day number of 1 January of year 1, Go's zero time, by which the service says "never"."""

# RFC 3339 with letters of either case, and what Go's Time.String() prints: after the offset a zone
# name, then a monotonic reading.
_SPELLING: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d:\d\d(?:[.,]\d+)?)"
    r"(?: ?(?:(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)|[Zz]|UTC|GMT))?"
    r"(?: [A-Za-z]+| [+-]\d{2,4})?(?: m=[+-][\d.]+)?",
    re.ASCII,
)
_parse = datetime.fromisoformat


def read(text: str) -> datetime | None:
    """Read a point in time; ``None`` for an empty text and for Go's zero time, which both mean that there is none.

    Digits below the microsecond are cut off. A time without a zone is taken as UTC, a date as its
    first moment in UTC; an offset is kept.

    Raises:
        ValueError: it is no point in time. The message does not hold the text.
    """
    if not text:
        return None
    try:
        moment = _parse(text)
    except ValueError:
        moment = None
    if moment is None:
        moment = _read_otherwise(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment if moment.year > 1 or moment.toordinal() != _GO_ZERO_DAY else None


def _read_otherwise(text: str) -> datetime:
    found = _SPELLING.fullmatch(text)
    moment = None
    if found is not None:
        offset = f"{found['sign']}{found['hours']}:{found['minutes']}" if found["sign"] else "Z"
        try:
            moment = _parse(f"{found['date']}T{found['time']}{offset}")
        except ValueError:
            moment = None
    if moment is None:  # raised out here, so that no parser's message with the text in it hangs on as context
        raise ValueError("not a point in time")
    return moment


def write(moment: datetime) -> str:
    """Spell an aware datetime in UTC after RFC 3339, with no more digits than it needs.

    Raises:
        ValueError: it has no zone, so that nobody knows when it is.
    """
    if moment.utcoffset() is None:
        raise ValueError("must have a time zone, as in datetime.now(UTC)")
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if moment.microsecond else text) + "Z"
