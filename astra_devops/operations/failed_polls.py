"""What the failed polls of a wait add up to."""

from typing import Final

from astra_devops import errors
from astra_devops.operations.absence import comes_from_service
from astra_devops.operations.kinds import NOT_FOUND_GRACE

# The wait goes on after these, and so it does after the statuses below.
_TRANSIENT_ERRORS: Final = (
    errors.RequestNotSentError,
    errors.OutcomeUnknownError,
    errors.ConflictError,
    errors.ServerError,
    errors.RateLimitedError,
    errors.ResponseDecodeError,
    TimeoutError,
)
_TRANSIENT_STATUSES: Final = frozenset({408, 425})
# Answers that cannot be decoded, in a row, after which the next ones will be no better.
_MOST_UNREADABLE: Final = 5
# Answers of 404 without which no resource counts as gone, however long the interval.
_LEAST_NOT_FOUND: Final = 3


def is_transient(error: Exception, *, has_token_provider: bool) -> bool:
    """Return whether a wait goes on after a poll that failed with this error.

    A token provider that has returned something else than a token may return one next time.
    """
    if isinstance(error, errors.ConfigurationError):
        return has_token_provider
    if isinstance(error, errors.APIStatusError) and (error.status in _TRANSIENT_STATUSES or not comes_from_service(error)):
        return True
    return isinstance(error, _TRANSIENT_ERRORS)


class FailedPolls:
    """The failed polls of one wait. Most waits have none.

    Attributes:
        not_found_for: Seconds for which the resource has answered 404: the time between answers
            that followed each other, without that between other failures.
    """

    def __init__(self) -> None:
        self.not_found_for: float = 0.0
        self._not_found_answers: int = 0
        self._not_found_at: float | None = None
        self._unreadable: int = 0

    def succeeded(self) -> None:
        """Note a poll that did not fail."""
        self.not_found_for, self._not_found_answers, self._not_found_at, self._unreadable = 0.0, 0, None, 0

    def failed(self, error: Exception, now: float) -> None:
        """Note a poll that failed, at a time by the monotonic clock."""
        self._unreadable = self._unreadable + 1 if isinstance(error, errors.ResponseDecodeError) else 0
        if isinstance(error, errors.NotFoundError):
            if self._not_found_at is not None:
                self.not_found_for += now - self._not_found_at
            self._not_found_at = now
            self._not_found_answers += 1
        else:
            self._not_found_at = None

    @property
    def show_absence(self) -> bool:
        """Whether the resource has answered 404 for so long that it does not exist."""
        return self.not_found_for >= NOT_FOUND_GRACE and self._not_found_answers >= _LEAST_NOT_FOUND

    def are_hopeless(self, error: Exception, *, has_succeeded: bool) -> bool:
        """Return whether no later answer will be readable either.

        Answers that are not JSON come from a proxy, and may end. They count only as long as no poll
        of the wait has succeeded.
        """
        if not isinstance(error, errors.ResponseDecodeError) or self._unreadable < _MOST_UNREADABLE:
            return False
        return error.pointer is not None or not has_succeeded


def root_cause(error: Exception) -> BaseException:
    """Return what made a poll fail: the error of a token provider, or else the poll's own error."""
    if isinstance(error, errors.RequestNotSentError) and error.__cause__ is not None:
        return error.__cause__
    return error
