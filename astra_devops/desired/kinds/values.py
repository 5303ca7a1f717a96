"""Checks of declared values that several kinds have."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import attrs

from astra_devops._secret import redact


def refuse_repeated(values: Sequence[object], name: str) -> None:
    """Refuse a list in which a value stands twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ValueError(f"{name} must not have {value if not isinstance(value, str) else repr(value)} twice")


def did_you_mean(word: object, accepted: Iterable[str | None]) -> str:
    """Return ``; did you mean ...?`` with the accepted word that is most similar, or nothing."""
    matches = get_close_matches(str(word), [name for name in accepted if name], n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def check_names(names: Iterable[object], accepted: Sequence[str], place: str) -> None:
    """Refuse names of settings that do not exist. ``place`` is empty, or ends with a dot."""
    for name in names:
        if name not in accepted:
            raise ValueError(f"{place}{name}: is not a setting; it must be one of {', '.join(accepted)}{did_you_mean(name, accepted)}")


def refuse_secrets(value: Any, place: str) -> None:
    """Refuse texts with a password or a token, which plans and their pages would show."""
    if isinstance(value, str):
        if redact(value) != value:
            raise ValueError(f"{place} must not contain a password or a token, which a plan would show")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            refuse_secrets(item, f"{place}[{index}]")
    elif isinstance(value, Mapping) or attrs.has(type(value)):
        fields = value if isinstance(value, Mapping) else {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        for name, item in fields.items():
            refuse_secrets(item, f"{place}.{name}")
