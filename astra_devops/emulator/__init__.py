"""The Astra DevOps API as a stateful service in memory, for tests and for work offline.

:class:`Emulator` is the service. It follows a :class:`RealClock`, :class:`ScaledClock` or
:class:`VirtualClock`, and imitates the undocumented behaviors that :class:`Quirks` lists. ``python
-m astra_devops.emulator`` runs it for other programs.

It is independent of the client: it uses the API contract and nothing else of this package. It needs
the extra ``astra-devops[emulator]``.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from astra_devops.emulator.app import Emulator
    from astra_devops.emulator.faults.entries import ScriptedFault
    from astra_devops.emulator.faults.faults import Faults
    from astra_devops.emulator.journal import Exchange, Journal
    from astra_devops.emulator.recording.recorder import Recorder
    from astra_devops.emulator.recording.replay import Replay
    from astra_devops.emulator.state.quirks.quirks import Quirks
    from astra_devops.emulator.time.clock import Clock, RealClock, ScaledClock, VirtualClock

__all__ = [
    "Clock",
    "Emulator",
    "Exchange",
    "Faults",
    "Journal",
    "Quirks",
    "RealClock",
    "Recorder",
    "Replay",
    "ScaledClock",
    "ScriptedFault",
    "VirtualClock",
]

_HOMES: Final = {
    "Clock": "time.clock",
    "Emulator": "app",
    "Exchange": "journal",
    "Faults": "faults.faults",
    "Journal": "journal",
    "Quirks": "state.quirks.quirks",
    "RealClock": "time.clock",
    "Recorder": "recording.recorder",
    "Replay": "recording.replay",
    "ScaledClock": "time.clock",
    "ScriptedFault": "faults.entries",
    "VirtualClock": "time.clock",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
