"""Checks of declared values that several kinds have."""

from collections.abc import Sequence


def refuse_repeated(values: Sequence[object], name: str) -> None:
    """Refuse a list in which a value stands twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ValueError(f"{name} must not have {value if not isinstance(value, str) else repr(value)} twice")
