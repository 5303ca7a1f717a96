"""Errors of names, plans, operations and journals: what more than one request has shown."""

from collections.abc import Sequence
from typing import Any, Self

from astra_devops.errors.base import AstraDevOpsError
from astra_devops.errors.values import Difference, OperationOutcome, OperationSnapshot, StatusChange


class AmbiguousNameError(AstraDevOpsError):
    """Several resources have the name. Names are not unique in this service; ids are.

    Attributes:
        name: The name that was looked up.
        ids: The ids of the resources that have it.
    """

    def __init__(self, message: str, *, name: str, ids: Sequence[str]) -> None:
        super().__init__(message)
        self.name = name
        self.ids: tuple[str, ...] = tuple(ids)

    @classmethod
    def of(cls, kind: str, name: str, ids: Sequence[str]) -> Self:
        """Return the error for several resources of a kind, such as ``databases``."""
        return cls(f"{len(ids)} {kind} match {name!r}: {', '.join(ids)}; use an id instead", name=name, ids=ids)


class DriftError(AstraDevOpsError):
    """What should be ensured exists already, and differs from what was asked for. It is left alone.

    Attributes:
        id: The id of what exists.
        differences: Each field that differs, with both values and what to call to change it.
    """

    def __init__(self, message: str, *, id: str, differences: Sequence[Difference]) -> None:
        super().__init__(message)
        self.id = id
        self.differences: tuple[Difference, ...] = tuple(differences)

    @classmethod
    def of(cls, kind: str, name: str, id: str, differences: Sequence[Difference]) -> Self:
        """Return the error for a resource of a kind, such as ``database``."""
        return cls(f"the {kind} {name!r} exists ({id}), and differs: {'; '.join(map(str, differences))}", id=id, differences=differences)


class OutdatedPlanError(AstraDevOpsError):
    """A plan cannot be applied to a resource: a fact that it relies on holds no longer.

    The message names the fact. Nothing was changed since the plan was made, except by others.
    """


class _OperationError(AstraDevOpsError):
    """The base class of errors raised by a wait, with the last known state in ``snapshot``."""

    def __init__(self, message: str, *, snapshot: OperationSnapshot) -> None:
        super().__init__(message)
        self.snapshot = snapshot

    @property
    def kind(self) -> str:
        """The kind of operation, such as ``databases.create``."""
        return self.snapshot.kind

    @property
    def last_status(self) -> str | None:
        """The last status seen."""
        return self.snapshot.status

    @property
    def history(self) -> tuple[StatusChange, ...]:
        """The statuses seen, each with the seconds after which it was first seen."""
        return self.snapshot.history

    @property
    def elapsed(self) -> float:
        """The seconds waited."""
        return self.snapshot.elapsed

    @property
    def resume_token(self) -> str:
        """The token for ``client.resume``, to continue waiting here or in another process."""
        return self.snapshot.resume_token


class OperationFailedError(_OperationError):
    """The operation was accepted, then failed: the resource cannot reach the requested state."""


class OperationTimeoutError(_OperationError):
    """The operation was accepted, but has not finished within the timeout of the wait.

    The service continues to work on it. Use ``resume_token`` to wait again.
    """


class OperationGroupError(AstraDevOpsError, ExceptionGroup[Exception]):
    """Some of several operations failed, or did not finish. The others have ended well.

    Attributes:
        outcomes: How each has ended, in their order: with the resource as ``value``, or with
            ``error``. The ``snapshot`` has the ids and the resume token.
    """

    def __new__(cls, message: str, exceptions: Sequence[Exception], **outcomes: Sequence[OperationOutcome]) -> Self:
        return super().__new__(cls, message, exceptions)

    def __init__(self, message: str, exceptions: Sequence[Exception], *, outcomes: Sequence[OperationOutcome]) -> None:
        super().__init__(message)
        self.args: tuple[Any, ...] = (message, exceptions)
        self.outcomes: tuple[OperationOutcome, ...] = tuple(outcomes)


class JournalError(AstraDevOpsError):
    """The journal of a fleet run cannot be used: it is damaged, of another run, or not writable."""


class JournalInUseError(JournalError):
    """Another process, or another run of this one, is using the journal.

    Attributes:
        pid: The process that uses it.
        host: The machine of that process.
        since: When it began to use it, in UTC, as ISO 8601.
    """

    def __init__(self, message: str, *, pid: int, host: str, since: str) -> None:
        super().__init__(message)
        self.pid = pid
        self.host = host
        self.since = since


class ReplayError(JournalError):
    """An item that was interrupted cannot be continued as the journal has recorded it.

    The work function makes other calls than before, or the answer of a call that took effect held a
    secret, which is never recorded. The message says what to do.
    """
