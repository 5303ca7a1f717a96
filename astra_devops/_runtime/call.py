"""The values that travel between the generated endpoints and the runtime: what is called, with what, and what came back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Generic, Literal, TypeVar
from urllib.parse import quote

import attrs

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

RetryClass = Literal["read", "repeatable", "check_first", "once"]
"""Whether a request whose answer was lost may be sent again.

``read``: Yes, it changes nothing. ``repeatable``: Yes, a second request has no further effect.
``check_first``: Only after a check has found that the first one had no effect. ``once``: No.
"""

Confidence = Literal["documented", "inferred"]


@attrs.frozen(kw_only=True)
class Operation:
    """One operation of the contract, as ``_rest/index.py`` lists it.

    ``group`` names the module in ``_rest/endpoints``, ``function`` the function in it; ``path`` is
    the template with its ``{variables}``. ``how_to_check`` says which call shows whether a request
    whose answer was lost took effect.
    """

    id: str
    method: str
    path: str
    group: str
    function: str
    success: frozenset[int]
    retry: RetryClass
    permissions: tuple[str, ...] = ()
    how_to_check: str | None = None
    confidence: Confidence = "documented"
    deprecated: bool = False


@attrs.frozen
class Call(Generic[T]):
    """One call of an operation: a value, made of what the caller gave, before anything is encoded or sent.

    ``result`` is the type of the decoded answer, as an annotation (``Database``,
    ``list[Database]``, ``None``).
    """

    operation: Operation
    path: str
    result: Any
    query: tuple[tuple[str, object], ...] = ()
    body: object = None


@attrs.frozen(kw_only=True)
class Answer(Generic[T_co]):
    """What the service answered: the decoded value, and what came with it.

    ``attempts`` counts the requests that it took.

    ``headers`` finds names in any case.
    """

    value: T_co
    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    request_id: str | None = None
    attempts: int = 1


OutcomeCheck = Callable[[], Awaitable[Answer[T] | None]]
"""Asks whether a request whose answer was lost took effect after all.

An :class:`Answer` means yes, with what is known of it; ``None`` means surely not, so that the
request may be sent again; an exception is raised to the user.
"""

TOOK_EFFECT: Final[Answer[None]] = Answer(value=None, status=0, headers={})
"""The answer of a request whose own answer was lost, but whose effect is there.

No status came, and none is made up.
"""


def segment(value: str, name: str) -> str:
    """Quote one path argument, so that it stays inside its segment.

    Raises:
        TypeError: it is not a string.
        ValueError: it is empty, ``.`` or ``..``, which a server or proxy would resolve to another
            path.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if not value or value in (".", ".."):
        raise ValueError(f"{name} must not be empty, '.' or '..'")
    return quote(value, safe="")


def wildcard(prefix: str, options: Mapping[str, object] | None) -> tuple[tuple[str, object], ...]:
    """Spell a family of query parameters that share a prefix: ``{"cleanupTime": t}`` becomes ``option.cleanupTime=t``."""
    return tuple((prefix + name, value) for name, value in (options or {}).items())
