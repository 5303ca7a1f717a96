"""The custom domains of the organization, replaced as a whole.

A change takes effect some time later.
"""

from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.world import Handler, Request, World

_CHANGE: Final = "set custom domains"


@store("custom_domains")
@attrs.define
class CustomDomains:
    """The domains, in the order of the request that set them."""

    domains: DelayedValue[tuple[str, ...]] = attrs.field(factory=lambda: DelayedValue(()))


def get(world: World, request: Request) -> replies.Reply:
    """List the domains."""
    domains = world.store(CustomDomains).domains.at(world.clock.monotonic())
    if not domains and world.quirks.empty_custom_domains:
        return replies.empty(200)
    return replies.json(domains)


def replace(world: World, request: Request) -> replies.Reply:
    """Accept a new list of domains.

    With a state fault set for the operation, the domains never change.
    """
    domains = tuple(dict.fromkeys(request.body)) if isinstance(request.body, list) else ()
    if world.faults.state_fault_of(request.operation.id, _CHANGE) == (None, None):
        world.store(CustomDomains).domains.set(domains, world.clock.monotonic() + CHANGES[_CHANGE].seconds)
    return replies.empty(202)


OPERATIONS: Final[dict[str, Handler]] = {"getCustomDomains": get, "setCustomDomains": replace}
