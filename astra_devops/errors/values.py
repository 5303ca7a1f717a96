"""What exceptions hold: plain values that can be logged and pickled."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class ErrorDetail(NamedTuple):
    """One error in the service's answer.

    ``id`` is the service's own error number, such as 340018 for an unknown token.
    """

    id: int | None
    message: str


class StatusChange(NamedTuple):
    """A new status, first seen ``elapsed`` seconds after the wait began."""

    status: str
    elapsed: float


class OperationSnapshot(NamedTuple):
    """The last known state of an operation, in plain values that can be logged and pickled.

    ``resume_token`` can be passed to ``client.resume``, in this process or another. ``elapsed`` is
    in seconds.
    """

    kind: str
    ids: Mapping[str, str]
    status: str | None
    history: tuple[StatusChange, ...]
    elapsed: float
    polls: int
    resume_token: str


class OperationOutcome(NamedTuple):
    """How an operation has ended; ``snapshot`` is None if the call that starts it has failed."""

    snapshot: OperationSnapshot | None
    value: Any = None
    error: Exception | None = None


class Difference(NamedTuple):
    """A field that differs from what was asked for, and what to call to change it."""

    field: str
    requested: object
    actual: object
    remedy: str

    def __str__(self) -> str:
        return f"{self.field} is {self.actual!r} and not {self.requested!r} ({self.remedy})"
