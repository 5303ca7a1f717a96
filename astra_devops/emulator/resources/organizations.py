"""The organization of a token."""

from typing import Final

from astra_devops.emulator import replies
from astra_devops.emulator.world import Handler, Request, World


def get_current_organization(world: World, request: Request) -> replies.Reply:
    """Return the id of the organization. Its name is part of the list of users."""
    return replies.json({"id": world.organization.id})


OPERATIONS: Final[dict[str, Handler]] = {"getCurrentOrganization": get_current_organization}
