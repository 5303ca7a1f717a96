"""The custom domains of the organisation: set as a whole, and in force some time later."""

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.state.lagging import Lagging
from astra_devops.emulator.state.stores import store
from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.world import Ask, Handler, World

CHANGE = "set custom domains"


@store("custom_domains")
@attrs.define
class CustomDomains:
    """The domains, in the order in which they were given."""

    domains: Lagging[tuple[str, ...]] = attrs.field(factory=lambda: Lagging(()))


def get(world: World, ask: Ask) -> replies.Reply:
    """List the domains."""
    domains = world.store(CustomDomains).domains.at(world.clock.monotonic())
    if not domains and world.quirks.empty_custom_domains:
        return replies.empty(200)
    return replies.json(domains)


def replace(world: World, ask: Ask) -> replies.Reply:
    """Accept the domains that there shall be, all of them. Under a scripted failure they never come."""
    domains = tuple(dict.fromkeys(ask.body)) if isinstance(ask.body, list) else ()
    if world.faults.fate_of(ask.operation.id, CHANGE) == (None, None):
        world.store(CustomDomains).domains.set(domains, world.clock.monotonic() + CHANGES[CHANGE].seconds)
    return replies.empty(202)


OPERATIONS: dict[str, Handler] = {"getCustomDomains": get, "setCustomDomains": replace}
