"""The journal: a record of the requests that the emulator received, for tests to inspect."""

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import attrs
from multidict import CIMultiDict, CIMultiDictProxy

from astra_devops._json_bytes import codec
from astra_devops.emulator.contract import operation_names
from astra_devops.emulator.permissions import Need, Permissions

_CAPACITY: Final = 10_000
"""How many of the last requests are kept."""

_SECRET_HEADER: Final = re.compile(r"auth|token|secret|cookie|passw|key|credential|signature", re.IGNORECASE)
_TOKEN: Final = re.compile(r"AstraCS:[^\s\"'/]*", re.IGNORECASE)
_REFUSALS: Final = (401, 403)
_LONGEST_ERROR: Final = 2_000
"""How many characters of an answer with an error are kept."""
_NO_HEADERS: Final = CIMultiDictProxy[str](CIMultiDict())

EndpointKind = Literal["devops", "bundle", "data"]


@attrs.define(eq=False)
class Exchange:
    """One request and its outcome.

    ``operation`` is the operation id of the contract, or None for an unknown route. ``status`` is
    None until the request is answered, and stays None if a fault cuts the connection; ``outcome``
    then says what happened. ``own_status`` is what the service itself answered, before a fault
    changed that; None if the request was not executed. ``authorized`` says whether the request had
    an Authorization or Token header.

    ``headers`` are those of the request, in any case; ``"(secret)"`` stands for credentials.
    ``error`` is the start of the body that was answered, if the status is an error. ``need`` says
    which permissions it needed; None for requests without an operation, and for bundles.
    """

    endpoint_kind: EndpointKind
    method: str
    path: str
    operation: str | None
    at: datetime
    authorized: bool
    query: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    raw_body: bytes = attrs.field(default=b"", repr=False)
    status: int | None = None
    outcome: str | None = None
    own_status: int | None = None
    headers: Mapping[str, str] = attrs.field(default=_NO_HEADERS, repr=False)
    error: str | None = attrs.field(default=None, repr=False)
    need: Need | None = attrs.field(default=None, repr=False)

    def answered(self, status: int, body: bytes = b"") -> None:
        """Note the answer that is being sent."""
        self.status = status
        self.error = without_tokens(body[: _LONGEST_ERROR * 4].decode(errors="replace"))[:_LONGEST_ERROR] if status >= 400 else None

    @property
    def body(self) -> Any:
        """The body: decoded JSON, bytes if it is not JSON, or None if it is empty."""
        if not self.raw_body:
            return None
        try:
            return codec.loads(self.raw_body)
        except codec.JSONDecodeError:
            return self.raw_body


def headers_to_keep(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers of a request without its credentials."""
    kept = CIMultiDict((name, "(secret)" if _SECRET_HEADER.search(name) else without_tokens(value)) for name, value in headers.items())
    return CIMultiDictProxy(kept)


def without_tokens(text: str) -> str:
    """Replace everything that looks like a token, such as one in the name of a database.

    What is not UTF-8 is replaced too, since JSON could not contain it.
    """
    return _TOKEN.sub("(a token)", text.encode(errors="replace").decode())


class Journal:
    """The last requests, oldest first.

    Attributes:
        total: The number of all requests so far, those included that have been removed.
    """

    def __init__(self, operations: Collection[str] | None = None) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=_CAPACITY)
        self._operations = operations
        self.total: int = 0

    def add(self, exchange: Exchange) -> None:
        """Add a request."""
        self._exchanges.append(exchange)
        self.total += 1

    def of(self, operation: str) -> list[Exchange]:
        """List the requests for an operation, such as ``"createDatabase"``.

        ``"downloadBundle"`` and ``"dataApi"`` are names too.

        Raises:
            ValueError: The operation does not exist.
        """
        operation_names.check(operation, self._operations)
        return [exchange for exchange in list(self._exchanges) if exchange.operation == operation]

    def count(self, operation: str) -> int:
        """Count the requests for an operation.

        Raises:
            ValueError: The operation does not exist.
        """
        return len(self.of(operation))

    def permissions(self) -> Permissions:
        """Return the permissions that the requests needed, and on which resources.

        Requests that were refused for want of a permission do not count.

        >>> print(emulator.journal.permissions().policy("What my program needs"))
        """
        needs = [exchange.need for exchange in list(self._exchanges) if exchange.own_status not in _REFUSALS]
        return Permissions.of(need for need in needs if need is not None)

    def clear(self) -> None:
        """Remove all requests."""
        self._exchanges.clear()

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def __getitem__(self, position: int) -> Exchange:
        return self._exchanges[position]

    def __repr__(self) -> str:
        return f"Journal({list(self._exchanges)!r})"
