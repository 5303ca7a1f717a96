"""Python SDK for the DataStax Astra DevOps API: asyncio first, with a blocking variant of every call.

Names are imported when they are first used, so that importing this package costs next to nothing.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importlib.metadata import version

    from astra_devops import errors, models
    from astra_devops._bridge.operation import Operation
    from astra_devops._bridge.pager import Pager
    from astra_devops._runtime.call import Answer
    from astra_devops._runtime.clock import Clock, SystemClock
    from astra_devops._runtime.deadline import deadline
    from astra_devops._runtime.observer import (
        CallEnded,
        CallEvent,
        CallStarted,
        CircuitEvent,
        Event,
        Observer,
        PollEvent,
        RequestEvent,
        ResponseEvent,
        RetryEvent,
    )
    from astra_devops._runtime.pages import AsyncPager
    from astra_devops._runtime.retry import RetryPolicy
    from astra_devops._secret import Secret
    from astra_devops.blocking import AstraDevOps
    from astra_devops.client import AsyncAstraDevOps
    from astra_devops.operations.handle import AsyncOperation
    from astra_devops.operations.wait_loop import OperationEvent
    from astra_devops.resources._identity.organization import Organization

    __version__ = version("astra-devops")

__all__ = [
    "Answer",
    "AstraDevOps",
    "AsyncAstraDevOps",
    "AsyncOperation",
    "AsyncPager",
    "CallEnded",
    "CallEvent",
    "CallStarted",
    "CircuitEvent",
    "Clock",
    "Event",
    "Observer",
    "Operation",
    "OperationEvent",
    "Organization",
    "Pager",
    "PollEvent",
    "RequestEvent",
    "ResponseEvent",
    "RetryEvent",
    "RetryPolicy",
    "Secret",
    "SystemClock",
    "__version__",
    "deadline",
    "errors",
    "models",
]

_HOMES: Final = {
    "Answer": "_runtime.call",
    "AstraDevOps": "blocking",
    "AsyncAstraDevOps": "client",
    "AsyncOperation": "operations.handle",
    "AsyncPager": "_runtime.pages",
    "CallEnded": "_runtime.observer",
    "CallEvent": "_runtime.observer",
    "CallStarted": "_runtime.observer",
    "CircuitEvent": "_runtime.observer",
    "Clock": "_runtime.clock",
    "Event": "_runtime.observer",
    "Observer": "_runtime.observer",
    "Operation": "_bridge.operation",
    "OperationEvent": "operations.wait_loop",
    "Organization": "resources._identity.organization",
    "Pager": "_bridge.pager",
    "PollEvent": "_runtime.observer",
    "RequestEvent": "_runtime.observer",
    "ResponseEvent": "_runtime.observer",
    "RetryEvent": "_runtime.observer",
    "RetryPolicy": "_runtime.retry",
    "Secret": "_secret",
    "SystemClock": "_runtime.clock",
    "deadline": "_runtime.deadline",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        value: object = version("astra-devops")
    elif name in ("errors", "models"):
        value = import_module(f"{__name__}.{name}")
    elif name in _HOMES:
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
