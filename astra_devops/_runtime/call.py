"""The values between the generated endpoints and the runtime: operation, call and answer."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar
from urllib.parse import quote, unquote

import attrs

from astra_devops._json.convert import writing
from astra_devops._runtime import checks
from astra_devops._runtime.outcome import request_id_of
from astra_devops._secret import redact

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

RetryClass = Literal["read", "repeatable", "check_first", "once"]
"""Whether a request whose answer was lost may be sent again.

``read``: Yes, it changes nothing. ``repeatable``: Yes, a second request has no further effect.
``check_first``: Only after a check has found that the first one had no effect. ``once``: No.
"""

_PLAIN_SEGMENT: Final = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*")
"""Nothing that has to be quoted or refused: every id of the service."""

Confidence = Literal["documented", "inferred"]


# Not frozen, and compared by identity, since all of them are made when a program starts.
@attrs.define(kw_only=True, eq=False, repr=False)
class Operation:
    """One operation of the contract, as listed in ``_rest/index.py``.

    ``group`` is the module in ``_rest/endpoints``, ``function`` the function in it, and ``path``
    the template with its ``{variables}``. ``how_to_check`` says which call shows whether a request
    whose answer was lost took effect. ``sends`` is the media type of its body, ``accepts`` those of
    its answers. ``lane`` is the variable of the path with the id of the database whose changes go
    one after the other, or None. ``server`` is where its requests go instead of the base URL of
    the client; no operation of this service has one.
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
    sends: str = "application/json"
    accepts: str = "application/json"
    lane: str | None = None
    server: str | None = None
    confidence: Confidence = "documented"
    deprecated: bool = False


class Call(Generic[T]):
    """One call of an operation with its arguments, before anything is encoded or sent.

    ``result`` is the type of the decoded answer, as an annotation (``Database``,
    ``list[Database]``, ``None``). ``headers`` and ``cookies`` are those that the operation declares
    as parameters.
    """

    __slots__ = ("body", "cookies", "headers", "operation", "path", "query", "result")

    def __init__(
        self,
        operation: Operation,
        path: str,
        result: Any,
        query: tuple[tuple[str, object], ...] = (),
        body: object = None,
        headers: tuple[tuple[str, object], ...] = (),
        cookies: tuple[tuple[str, object], ...] = (),
    ) -> None:
        self.operation: Operation = operation
        self.path: str = path
        self.result: Any = result
        self.query: tuple[tuple[str, object], ...] = query
        self.body: object = body
        self.headers: tuple[tuple[str, object], ...] = headers
        self.cookies: tuple[tuple[str, object], ...] = cookies

    @property
    def lane_id(self) -> str | None:
        """The id of the database in whose lane this call goes; None if it goes in no lane."""
        if self.operation.lane is None:
            return None
        return unquote(self.path.split("/")[self.operation.path.split("/").index(f"{{{self.operation.lane}}}")])


class Headers(Mapping[str, str]):
    """Headers that are found by name in any case.

    Unlike those of aiohttp they can be pickled and copied. Of several headers with one name the
    first counts.
    """

    __slots__ = ("_by_name", "_received")

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._received = headers
        # Few programs read headers, so they are put in order at the first look-up.
        self._by_name: dict[str, tuple[str, str]] | None = None

    def _ordered(self) -> dict[str, tuple[str, str]]:
        if self._by_name is None:
            self._by_name = {}
            for name, value in self._received.items():
                self._by_name.setdefault(name.lower(), (str(name), value))
        return self._by_name

    def __getitem__(self, name: str) -> str:
        return self._ordered()[str(name).lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._ordered().values())

    def __len__(self) -> int:
        return len(self._ordered())

    def __repr__(self) -> str:
        return redact(f"{type(self).__name__}({dict(self)!r})")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


class Answer(Generic[T_co]):
    """The service's answer: the decoded value, the status and the headers.

    ``headers`` finds names in any case. ``attempts`` is the number of requests that were sent. An
    answer can be pickled and copied.
    """

    __slots__ = ("__weakref__", "_headers", "attempts", "status", "value")

    def __init__(self, *, value: T_co, status: int, headers: Mapping[str, str], attempts: int = 1) -> None:
        self.value: T_co = value
        self.status: int = status
        self.attempts: int = attempts
        self._headers = headers

    @property
    def headers(self) -> Headers:
        """The headers."""
        if type(self._headers) is not Headers:
            self._headers = Headers(self._headers)
        return self._headers

    @property
    def request_id(self) -> str | None:
        """The service's id of the request."""
        return request_id_of(self.headers)

    def _values(self) -> tuple[object, ...]:
        return self.value, self.status, self.headers, self.attempts

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if isinstance(other, Answer) else NotImplemented

    __hash__: ClassVar[None]  # type: ignore[assignment]  # An answer can be changed.

    def __repr__(self) -> str:
        return f"Answer(value={self.value!r}, status={self.status}, attempts={self.attempts})"

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        return None, {"value": self.value, "status": self.status, "attempts": self.attempts, "_headers": self.headers}


OutcomeCheck = Callable[[], Awaitable[Answer[T] | None]]
"""Checks whether a request whose answer was lost took effect after all.

It returns an :class:`Answer` if so, and ``None`` if the request certainly had no effect and may be
sent again. An exception is raised to the user.
"""

TOOK_EFFECT: Final[Answer[None]] = Answer(value=None, status=0, headers={})
"""The answer of a request whose own answer was lost, but which took effect.

Its status is 0, since none was received.
"""


def segment(value: str, name: str) -> str:
    """Quote a path argument, so that it stays within its segment.

    Raises:
        TypeError: It is not a string.
        ValueError: It is blank, ``.`` or ``..``, has control characters, or cannot be written as
            UTF-8.
    """
    if isinstance(value, str) and _PLAIN_SEGMENT.fullmatch(value):
        return value
    return quote(checks.identifier(value, name), safe="")


def wildcard(prefix: str, options: Mapping[str, object] | None) -> tuple[tuple[str, object], ...]:
    """Return the query parameters of a family that shares a prefix.

    ``{"cleanupTime": t}`` becomes ``option.cleanupTime=t``.
    """
    return tuple((prefix + name, value) for name, value in (options or {}).items())


def joined(name: str, values: object) -> str | None:
    """Return the items of a list as one query argument, with commas between them.

    Raises:
        TypeError: An item cannot be part of a URL.
        ValueError: An item contains a comma.
    """
    texts = [text for _, text in writing.query_pairs(name, values)]
    if any("," in text for text in texts):
        raise ValueError(f"an item of {name} must not contain a comma, since commas separate the items")
    return ",".join(texts) if values is not None else None
