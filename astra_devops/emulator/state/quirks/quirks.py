"""Quirks: undocumented behaviors of the service, each of which can be switched off or on."""

import math
from typing import get_args

import attrs

from astra_devops.emulator.state.quirks.capacity import CapacityQuirks
from astra_devops.emulator.state.quirks.databases import DatabaseQuirks
from astra_devops.emulator.state.quirks.networks import NetworkQuirks
from astra_devops.emulator.state.quirks.organizations import OrganizationQuirks


@attrs.frozen(kw_only=True, slots=False)
class Quirks(DatabaseQuirks, NetworkQuirks, CapacityQuirks, OrganizationQuirks):
    """Undocumented behaviors of the service, by name.

    A quirk is on by default if the service is known to behave like that. To test a program without
    one of them, use ``Emulator(quirks=Quirks(null_without_permission=False))``.

    Raises:
        TypeError: A value has the wrong type.
        ValueError: A value is not one of the accepted ones, or negative.
    """

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(type(self)):
            _check(field.name, getattr(self, field.name), field.default, get_args(field.type))


def _check(name: str, value: object, default: object, choices: tuple[object, ...]) -> None:
    """Check that a value has the type of the default, or is one of the choices."""
    if choices:
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}")
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, not {value!r}")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of seconds, not {value!r}")
    elif not 0 <= value < math.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, not {value!r}")
