"""The custom domains of the organisation: set as a whole, and in force some time later."""

import attrs

from astra_devops.emulator import wire
from astra_devops.emulator.lagging import Lagging
from astra_devops.emulator.transitions import CHANGES
from astra_devops.emulator.world import Ask, Handler, World

CHANGE = "set custom domains"


@attrs.define
class CustomDomains:
    """The domains, in the order in which they were given."""

    domains: Lagging[tuple[str, ...]] = attrs.field(factory=lambda: Lagging(()))


def get(world: World, ask: Ask) -> wire.Reply:
    """List the domains."""
    domains = world.shelf(CustomDomains).domains.at(world.clock.monotonic())
    if not domains and world.quirks.empty_custom_domains:
        return wire.empty(200)
    return wire.json(domains)


def replace(world: World, ask: Ask) -> wire.Reply:
    """Accept the domains that there shall be, all of them. Under a scripted failure they never come."""
    domains = tuple(dict.fromkeys(ask.body)) if isinstance(ask.body, list) else ()
    if world.faults.fate_of(ask.operation.id, CHANGE) == (None, None):
        world.shelf(CustomDomains).domains.set(domains, world.clock.monotonic() + CHANGES[CHANGE].seconds)
    return wire.empty(202)


OPERATIONS: dict[str, Handler] = {"getCustomDomains": get, "setCustomDomains": replace}
