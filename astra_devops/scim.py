"""Filters for lists of SCIM users and groups."""

import json
import re
from datetime import datetime
from typing import Final, Literal, get_args

from astra_devops._runtime import checks

__all__ = ["ScimOperator", "scim_filter"]

ScimOperator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"]
"""A comparison.

Equal, not equal, contains, starts with, ends with, greater, greater or equal, less, less or equal,
present.
"""

_OPERATORS: Final[tuple[str, ...]] = get_args(ScimOperator)
_ATTRIBUTE: Final = re.compile(r"(?:urn:[\w.:-]+:)?[A-Za-z$][\w$-]*(?:\.[A-Za-z$][\w$-]*)?", re.ASCII)


def scim_filter(attribute: str, operator: ScimOperator, value: str | bool | int | float | datetime | None = None) -> str:
    """Return a filter, in which the value is quoted so that nothing in it can change the filter.

    Filters can be joined by ``and`` and ``or``, as in ``f"{one} and {other}"`` (RFC 7644, section
    3.4.2.2). Which filters are supported is decided by the service.

    Args:
        attribute: Name of the attribute, such as ``"userName"`` or ``"name.familyName"``.
        operator: How to compare. ``"pr"`` (present) takes no value.
        value: What to compare with; None is null.

    Raises:
        ValueError: ``attribute`` is not the name of an attribute, ``operator`` is unknown, or
            ``value`` does not fit the operator, is not finite or has no time zone.
        TypeError: ``attribute`` is not a string, or ``value`` has a type that filters do not have.

    >>> astra.scim.list_users(filter=scim_filter("userName", "eq", "ann@example.com"))
    """
    if not _ATTRIBUTE.fullmatch(checks.text(attribute, "attribute")):
        raise ValueError(f"attribute must be the name of an attribute, such as 'userName', not {attribute!r}")
    if operator not in _OPERATORS:
        raise ValueError(f"operator must be one of {', '.join(_OPERATORS)}, not {operator!r}")
    if operator == "pr":
        if value is not None:
            raise ValueError("value must be omitted with the operator 'pr'")
        return f"{attribute} pr"
    return f"{attribute} {operator} {_literal(value)}"


def _literal(value: object) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("value must have a time zone")
        value = value.isoformat()
    if isinstance(value, str):
        # Quoting escapes NUL.
        checks.text(value.replace("\0", ""), "value")
    if not isinstance(value, str | bool | int | float | None):
        raise TypeError(f"value must be a string, a bool, a number, a datetime or None, not {type(value).__name__}")
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise ValueError(f"value must be a finite number, not {value}") from None
