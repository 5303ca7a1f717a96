"""What can be done about the error of an item, so that a report can group errors by it. Pure."""

from collections.abc import Mapping
from typing import Final

from astra_devops import errors
from astra_devops._runtime.explain import WAKE
from astra_devops.fleet.outcome import State

RUN_AGAIN: Final = "run again: nothing was changed, and the cause may pass"
WAIT_AGAIN: Final = "the service still works on it: wait again with the resume token"
_BY_TYPE: Final[Mapping[type[Exception], str]] = {
    errors.OutcomeUnknownError: "find out whether the change took effect before running again; the error names the call",
    errors.OperationTimeoutError: WAIT_AGAIN,
    errors.OperationFailedError: "the change was accepted and then failed: look at the resource",
    errors.ReplayError: "settle the item by hand, as its error says",
    errors.JournalInUseError: "wait until the other process has ended",
    errors.JournalError: "repair the journal or begin a new one",
    errors.AuthenticationError: "give the client a valid token, then run again",
    errors.PermissionDeniedError: "give the token the permission that the error names, then run again",
    errors.NotFoundError: "leave the item out: what it names does not exist",
    errors.AlreadyExistsError: "look whether what exists already is what you need",
    errors.BusyError: RUN_AGAIN,
    errors.ConflictError: "look at the resource: its state does not allow the change",
    errors.RateLimitedError: f"{RUN_AGAIN}; use fewer workers",
    errors.ServerError: RUN_AGAIN,
    errors.RequestNotSentError: RUN_AGAIN,
    errors.APIStatusError: "correct the request: the service refuses it as it is",
    errors.ResponseDecodeError: "look at the resource: the service answered what cannot be read",
    errors.AmbiguousNameError: "name the resource by its id: several have the name",
    errors.DriftError: "make the changes that the error names, or ask for what is there",
    errors.OutdatedPlanError: "make a new plan, and review it: what it relies on has changed",
    errors.OperationGroupError: "look at the outcomes of its operations: each has its own error",
    errors.ConfigurationError: "correct the settings of the client",
}
_OTHER: Final = "look at the work function, which raised it"


def advice_for(error: Exception, *, has_sent_changes: bool = True) -> str:
    """Return what can be done about an error of an item."""
    if isinstance(error, errors.OutcomeUnknownError) and not has_sent_changes:
        return RUN_AGAIN
    if isinstance(error, errors.APIStatusError) and WAKE in str(error):
        return f"{WAKE}: do so, then run again"
    return next((_BY_TYPE[kind] for kind in type(error).__mro__ if kind in _BY_TYPE), _OTHER)


def state_of(error: Exception, *, has_sent_changes: bool) -> State:
    """Return how an item ended that raised an error. Of a read, nothing is left to find out."""
    if isinstance(error, errors.OutcomeUnknownError):
        return "unknown" if has_sent_changes else "failed"
    return "unknown" if isinstance(error, errors.OperationTimeoutError) else "failed"
