"""The organisation of a token."""

from astra_devops.emulator import replies
from astra_devops.emulator.world import Handler, Request, World


def get_current_organization(world: World, request: Request) -> replies.Reply:
    """Give the organisation's id; its name comes with the users."""
    return replies.json({"id": world.organization.id})


OPERATIONS: dict[str, Handler] = {
    "getCurrentOrganization": get_current_organization,
}
