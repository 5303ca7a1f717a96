"""The custom domains of the organisation: set as a whole, and in force some time later."""

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.delayed import DelayedValue
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.world import Handler, Request, World

CHANGE = "set custom domains"


@store("custom_domains")
@attrs.define
class CustomDomains:
    """The domains, in the order in which they were given."""

    domains: DelayedValue[tuple[str, ...]] = attrs.field(factory=lambda: DelayedValue(()))


def get(world: World, request: Request) -> replies.Reply:
    """List the domains."""
    domains = world.store(CustomDomains).domains.at(world.clock.monotonic())
    if not domains and world.quirks.empty_custom_domains:
        return replies.empty(200)
    return replies.json(domains)


def replace(world: World, request: Request) -> replies.Reply:
    """Accept the domains that there shall be, all of them.

    Under a scripted failure they never come.
    """
    domains = tuple(dict.fromkeys(request.body)) if isinstance(request.body, list) else ()
    if world.faults.state_fault_of(request.operation.id, CHANGE) == (None, None):
        world.store(CustomDomains).domains.set(domains, world.clock.monotonic() + CHANGES[CHANGE].seconds)
    return replies.empty(202)


OPERATIONS: dict[str, Handler] = {"getCustomDomains": get, "setCustomDomains": replace}
