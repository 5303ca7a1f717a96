"""What the doctor has found: one finding for each check."""

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from astra_devops._secret import printable, redact

Result = Literal["ok", "warning", "failed", "skipped"]


def _shown(text: str) -> str:
    """Return a text on one line and without secrets: it may come from the service or a file."""
    return printable(redact(" ".join(text.split())))


@attrs.frozen(kw_only=True)
class Finding:
    """The result of one check.

    Attributes:
        check: The name of the check.
        result: ``failed`` if calls cannot succeed, ``warning`` if some may not.
        text: What was found.
        advice: What to do about it.
        details: The same for programs.
    """

    check: str
    result: Result
    text: str = attrs.field(converter=_shown)
    advice: str | None = attrs.field(default=None, converter=attrs.converters.optional(_shown))
    details: Mapping[str, Any] = attrs.field(factory=dict)
