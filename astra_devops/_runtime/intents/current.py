"""The recorder of the running code. Apart from what records, which few programs need."""

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from astra_devops._runtime.intents.recorder import Recorder

current: Final[ContextVar["Recorder | None"]] = ContextVar("astra_devops_recorder", default=None)
"""The recorder of the item that the running code belongs to; None outside fleet runs."""
