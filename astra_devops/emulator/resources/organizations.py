"""The organisation of a token."""

from astra_devops.emulator import replies
from astra_devops.emulator.world import Ask, Handler, World


def get_current_organization(world: World, ask: Ask) -> replies.Reply:
    """Give the organisation's id; its name comes with the users."""
    return replies.json({"id": world.organization.id})


OPERATIONS: dict[str, Handler] = {
    "getCurrentOrganization": get_current_organization,
}
