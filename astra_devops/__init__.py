"""Python SDK for the DataStax Astra DevOps API: asyncio first, with a blocking form of each call.

Start with :class:`AsyncAstraDevOps` or :class:`AstraDevOps`. The submodules are attributes of this
package: ``errors`` and ``models``; ``desired``, with declarations and plans; ``fleet``, with what
runs for many databases return; ``keys``, ``policies``, ``scim`` and ``sinks``, which build
arguments; and ``emulator``, which needs the extra ``astra-devops[emulator]``.

Names are imported when they are first used, so that importing this package costs almost nothing.
"""

from typing import TYPE_CHECKING, Final

# A new public name is an import here, for type checkers, and an entry in _HOMES.
if TYPE_CHECKING:
    from astra_devops import desired as desired
    from astra_devops import emulator as emulator
    from astra_devops import errors as errors
    from astra_devops import fleet as fleet
    from astra_devops import keys as keys
    from astra_devops import models as models
    from astra_devops import policies as policies
    from astra_devops import scim as scim
    from astra_devops import sinks as sinks
    from astra_devops._bridge.operation import Operation as Operation
    from astra_devops._bridge.pager import Pager as Pager
    from astra_devops._bridge.temporary import Temporary as Temporary
    from astra_devops._opentelemetry.observer import OpenTelemetryObserver as OpenTelemetryObserver
    from astra_devops._runtime.auth.token_file import token_file as token_file
    from astra_devops._runtime.call import Answer as Answer
    from astra_devops._runtime.clock import Clock as Clock
    from astra_devops._runtime.clock import SystemClock as SystemClock
    from astra_devops._runtime.deadline import deadline as deadline
    from astra_devops._runtime.events import CallEnded as CallEnded
    from astra_devops._runtime.events import CallEvent as CallEvent
    from astra_devops._runtime.events import CallStarted as CallStarted
    from astra_devops._runtime.events import CircuitEvent as CircuitEvent
    from astra_devops._runtime.events import Event as Event
    from astra_devops._runtime.events import FleetItemEnded as FleetItemEnded
    from astra_devops._runtime.events import LimitChanged as LimitChanged
    from astra_devops._runtime.events import Observer as Observer
    from astra_devops._runtime.events import PollEvent as PollEvent
    from astra_devops._runtime.events import RequestEvent as RequestEvent
    from astra_devops._runtime.events import ResponseEvent as ResponseEvent
    from astra_devops._runtime.events import RetryEvent as RetryEvent
    from astra_devops._runtime.events import WaitEnded as WaitEnded
    from astra_devops._runtime.events import WaitEvent as WaitEvent
    from astra_devops._runtime.events import WaitStarted as WaitStarted
    from astra_devops._runtime.limits.values import Limits as Limits
    from astra_devops._runtime.limits.values import RateLimit as RateLimit
    from astra_devops._runtime.pages import AsyncPager as AsyncPager
    from astra_devops._runtime.pages import Page as Page
    from astra_devops._runtime.retry import RetryPolicy as RetryPolicy
    from astra_devops._secret import Secret as Secret
    from astra_devops.blocking import AstraDevOps as AstraDevOps
    from astra_devops.client import AsyncAstraDevOps as AsyncAstraDevOps
    from astra_devops.operations.events import OperationEvent as OperationEvent
    from astra_devops.operations.handle import AsyncOperation as AsyncOperation
    from astra_devops.operations.temporary import AsyncTemporary as AsyncTemporary
    from astra_devops.resources._access_review import AccessReview as AccessReview
    from astra_devops.resources._identity.organization import Organization as Organization
    from astra_devops.resources._identity.stale_tokens import SweptToken as SweptToken
    from astra_devops.resources._short_lived.sweeping import SweptDatabase as SweptDatabase

    __version__: str

# The module of each public name. A module is its own home.
_HOMES: Final = {
    "AccessReview": "resources._access_review",
    "Answer": "_runtime.call",
    "AstraDevOps": "blocking",
    "AsyncAstraDevOps": "client",
    "AsyncOperation": "operations.handle",
    "AsyncPager": "_runtime.pages",
    "AsyncTemporary": "operations.temporary",
    "CallEnded": "_runtime.events",
    "CallEvent": "_runtime.events",
    "CallStarted": "_runtime.events",
    "CircuitEvent": "_runtime.events",
    "Clock": "_runtime.clock",
    "Event": "_runtime.events",
    "FleetItemEnded": "_runtime.events",
    "LimitChanged": "_runtime.events",
    "Limits": "_runtime.limits.values",
    "Observer": "_runtime.events",
    "OpenTelemetryObserver": "_opentelemetry.observer",
    "Operation": "_bridge.operation",
    "OperationEvent": "operations.events",
    "Organization": "resources._identity.organization",
    "Page": "_runtime.pages",
    "Pager": "_bridge.pager",
    "PollEvent": "_runtime.events",
    "RateLimit": "_runtime.limits.values",
    "RequestEvent": "_runtime.events",
    "ResponseEvent": "_runtime.events",
    "RetryEvent": "_runtime.events",
    "RetryPolicy": "_runtime.retry",
    "Secret": "_secret",
    "SweptDatabase": "resources._short_lived.sweeping",
    "SweptToken": "resources._identity.stale_tokens",
    "SystemClock": "_runtime.clock",
    "Temporary": "_bridge.temporary",
    "WaitEnded": "_runtime.events",
    "WaitEvent": "_runtime.events",
    "WaitStarted": "_runtime.events",
    "deadline": "_runtime.deadline",
    "desired": "desired",
    "emulator": "emulator",
    "errors": "errors",
    "fleet": "fleet",
    "keys": "keys",
    "models": "models",
    "policies": "policies",
    "scim": "scim",
    "sinks": "sinks",
    "token_file": "_runtime.auth.token_file",
}

if not TYPE_CHECKING:
    __all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "__version__":
        value: object = import_module(f"{__name__}._version").VERSION
    elif name in _HOMES:
        module = import_module(f"{__name__}.{_HOMES[name]}")
        value = module if _HOMES[name] == name else getattr(module, name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, "__version__"})
