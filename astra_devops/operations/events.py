"""What a poll of an operation has seen, as waits yield it."""

import attrs


@attrs.frozen(kw_only=True)
class OperationEvent:
    """The result of one poll of an operation.

    Attributes:
        status: The status as the service names it, such as ``PENDING``; None if there is none to
            see yet.
        elapsed: Seconds since this wait began.
        polls: The number of polls so far, including this one.
        done: Whether the operation is done.
        problem: Why this poll failed, if it did. The wait goes on.
        message: What the service says of the status, such as the progress of a migration; None if
            it says nothing.
        error: Why the wait has ended. Only the last event of a failed operation in
            ``client.watch`` has one; elsewhere the error is raised.
    """

    status: str | None
    elapsed: float
    polls: int
    done: bool
    problem: str | None = None
    error: Exception | None = None
    message: str | None = None


def is_change(previous: OperationEvent | None, event: OperationEvent) -> bool:
    """Return whether an event shows something else than the one before."""
    if previous is None or event.done:
        return True
    return event.status != previous.status or (event.problem is None) != (previous.problem is None)
