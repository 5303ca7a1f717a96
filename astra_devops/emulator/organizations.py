"""The organisation of a token, and just so much of its users and roles as other clients read on the way to databases."""

from astra_devops.emulator import wire
from astra_devops.emulator.world import Ask, Handler, World

ROLES = (
    "Organization Administrator",
    "Database Administrator",
    "Billing Admin",
    "UI View Only",
    "Admin User",
    "R/W User",
    "RO User",
    "Admin Svc Acct",
    "R/W Svc Acct",
    "RO Svc Acct",
    "API Admin User",
    "API R/W User",
    "API RO User",
)


def get_current_organization(world: World, ask: Ask) -> wire.Reply:
    """Give the organisation's id; its name comes with the users."""
    return wire.json({"id": world.organization.id})


def get_organization_users(world: World, ask: Ask) -> wire.Reply:
    """List the one user there is, in the wire's own casing."""
    organization = world.organization
    role = {"ID": organization.roles[ROLES[0]], "Name": ROLES[0]}
    user = {"UserID": organization.owner_id, "Email": organization.owner_email, "Status": "active", "Roles": [role]}
    return wire.json({"OrgID": organization.id, "OrgName": organization.name, "Users": [user]})


def get_organization_roles(world: World, ask: Ask) -> wire.Reply:
    """List the roles that every organisation has."""
    return wire.json([{"ID": identity, "Name": name, "Type": "default"} for name, identity in world.organization.roles.items()])


OPERATIONS: dict[str, Handler] = {
    "getCurrentOrganization": get_current_organization,
    "getOrganizationUsers": get_organization_users,
    "getOrganizationRoles": get_organization_roles,
}
