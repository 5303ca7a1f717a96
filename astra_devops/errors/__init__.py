"""All exceptions of this package.

::

    AstraDevOpsError
    ├── ConfigurationError         a setting is missing or wrong; nothing was sent
    ├── RequestNotSentError        DNS, connection, TLS or pool: nothing was sent, so retry freely
    ├── OutcomeUnknownError        sent, but no usable answer came: it may have taken effect
    ├── APIStatusError             the service answered with an error status
    │   ├── BadRequestError        400
    │   ├── AuthenticationError    401
    │   ├── PermissionDeniedError  403, or 401 with the body ``null``
    │   ├── NotFoundError          404
    │   ├── ConflictError          409
    │   │   ├── AlreadyExistsError     what the request would create exists
    │   │   └── BusyError              the resource is being changed, or in a state that forbids it
    │   ├── UnprocessableError     422
    │   ├── RateLimitedError       429
    │   └── ServerError            5xx
    ├── ResponseDecodeError        a success whose body cannot be read
    ├── AmbiguousNameError         several resources have the name
    ├── DriftError                 it exists, and differs from what was asked for
    ├── OutdatedPlanError          a fact that a plan relies on holds no longer
    ├── OperationFailedError       accepted, then failed
    ├── OperationTimeoutError      accepted, and not finished in time
    ├── OperationGroupError        some of several operations failed; also an ExceptionGroup
    └── JournalError               the journal of a fleet run cannot be used
        ├── JournalInUseError      another process runs it
        └── ReplayError            an interrupted item cannot be continued as recorded

A wrong argument raises ``ValueError`` or ``TypeError`` instead, before anything is sent. Every
exception here can be pickled and copied, and none shows a secret in its text.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from astra_devops._first_use import importing
from astra_devops.errors.base import AstraDevOpsError, ConfigurationError
from astra_devops.errors.requests import (
    AlreadyExistsError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    BusyError,
    ConflictError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RequestNotSentError,
    ResponseDecodeError,
    ServerError,
    UnprocessableError,
)

if TYPE_CHECKING:
    from astra_devops.errors.operations import (
        AmbiguousNameError,
        DriftError,
        JournalError,
        JournalInUseError,
        OperationFailedError,
        OperationGroupError,
        OperationTimeoutError,
        OutdatedPlanError,
        ReplayError,
    )
    from astra_devops.errors.values import Difference, ErrorDetail, OperationOutcome, OperationSnapshot, StatusChange

__all__ = [
    "APIStatusError",
    "AlreadyExistsError",
    "AmbiguousNameError",
    "AstraDevOpsError",
    "AuthenticationError",
    "BadRequestError",
    "BusyError",
    "ConfigurationError",
    "ConflictError",
    "Difference",
    "DriftError",
    "ErrorDetail",
    "JournalError",
    "JournalInUseError",
    "NotFoundError",
    "OperationFailedError",
    "OperationGroupError",
    "OperationOutcome",
    "OperationSnapshot",
    "OperationTimeoutError",
    "OutcomeUnknownError",
    "OutdatedPlanError",
    "PermissionDeniedError",
    "RateLimitedError",
    "ReplayError",
    "RequestNotSentError",
    "ResponseDecodeError",
    "ServerError",
    "StatusChange",
    "UnprocessableError",
]

# Most programs never see these, and starts need not wait for them.
_ON_FIRST_USE: Final = ("operations", "values")

# Tracebacks, pickles and logs name the public place.
for _name in __all__:
    if _name in globals():
        globals()[_name].__module__ = __name__


def __getattr__(name: str) -> object:
    if name in __all__:
        with importing:
            for module_name in _ON_FIRST_USE:
                for key, value in vars(import_module(f"{__name__}.{module_name}")).items():
                    if key in __all__:
                        value.__module__ = __name__
                        globals()[key] = value
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
