"""PCU groups: created, changed, parked and deleted; and datacenters, moved in and out of them."""

from collections.abc import Mapping
from typing import Any, Final

from astra_devops.emulator import replies
from astra_devops.emulator.resources._capacity import (
    Association,
    Capacity,
    Group,
    database_of,
    find_group,
    group_id_of,
    join_group,
    members,
    pcu_type_of,
    pcu_types,
    placed_type_document,
)
from astra_devops.emulator.state import catalog
from astra_devops.emulator.state.databases import Database
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.world import Handler, Request, World, as_object, assumed_conflict, require

_REQUIRED: Final = ("title", "cloudProvider", "region", "instanceType", "provisionType", "min", "max", "reserved")
_FIXED: Final = {"instanceType": "instance_type", "provisionType": "provision_type"}
"""Fields that cannot be changed, and the attributes that hold them."""
_CAPACITIES: Final = ("min", "max", "reserved")
_TAKES_DATABASES: Final = ("CREATED", "ACTIVE", "INITIALIZING", "PLACING")
_PARKED: Final = ("PARKING", "PARKED", "UNPARKING")


def get(world: World, request: Request) -> replies.Reply:
    """Return the groups that the body names, or all if it names none."""
    group_ids = as_object(request.body).get("pcuGroupUUIDs") or list(world.store(Capacity).groups)
    groups = [_read(world, group_id) for group_id in group_ids]
    return replies.json(groups or (None if world.quirks.null_pcu_groups else []))


def get_by_datacenter(world: World, request: Request) -> replies.Reply:
    """Return the group of a datacenter, as a list."""
    group_id = group_id_of(world, request.arguments["datacenterUUID"])
    if group_id is None or database_of(world, request.arguments["datacenterUUID"]) is None:
        if world.quirks.no_pcu_association_is_404:
            raise replies.refusal(404, f"Datacenter {request.arguments['datacenterUUID']} is in no PCU group.")
        return replies.json([])
    return replies.json([_read(world, group_id)])


def create(world: World, request: Request) -> replies.Reply:
    """Accept a new group. Its title may be in use already."""
    body = _only_entry(request)
    missing = [name for name in _REQUIRED if body.get(name) in (None, "")]
    if missing:
        raise replies.refusal(400, f"{', '.join(missing)} must be given")
    if (body["cloudProvider"].upper(), body["region"]) not in catalog.REGIONS_BY_NAME:
        raise replies.refusal(400, f"no region {body['region']} of {body['cloudProvider']}")
    if pcu_type_of(body["instanceType"]) not in pcu_types(world):
        raise replies.refusal(400, f"no instance type {body['instanceType']}")
    _check_capacity({name: body[name] for name in _CAPACITIES})
    group = place_group(world, body, owner=request.token.client_id)
    _begin(world, request, group, "create group")
    return replies.json([_group_document(world, group)], 201)


def place_group(world: World, body: Mapping[str, Any], *, owner: str) -> Group:
    """Add a group that is ready for use, from a valid body of a create request."""
    now = world.clock.now()
    group = Group(
        id=world.new_id(),
        title=body["title"],
        provider=body["cloudProvider"].upper(),
        region=body["region"],
        instance_type=body["instanceType"],
        provision_type=body["provisionType"],
        min=body["min"],
        max=body["max"],
        reserved=body["reserved"],
        description=body.get("description") or "",
        owner=owner,
        created=now,
        updated=now,
    )
    world.store(Capacity).groups[group.id] = group
    return group


def update(world: World, request: Request) -> replies.Reply:
    """Change a group. Fields that the body leaves out may be lost."""
    body = _only_entry(request)
    group = find_group(world, str(body.get("pcuGroupUUID")))
    if group.state in _PARKED:
        raise replies.refusal(400, f"PCU group {group.id} is {group.state}; unpark it first.")
    for name, attribute in _FIXED.items():
        if body.get(name) not in (None, getattr(group, attribute)):
            raise replies.refusal(400, f"{name} cannot be changed.")
    _check_capacity({name: body[name] for name in _CAPACITIES if name in body})
    if group.reserved != body.get("reserved", group.reserved) and not 0 < group.reserved < body["reserved"]:
        raise replies.refusal(400, "reserved can only be raised, and only for a group that has reserved capacity.")
    for name, empty in {"title": "", "description": "", "min": 0, "max": 0, "reserved": 0}.items():
        if name in body or world.quirks.lossy_pcu_updates:
            setattr(group, name, body.get(name, empty))
    group.updated = world.clock.now()
    return replies.json([_group_document(world, group)]) if world.quirks.bodies_of_pcu_changes else replies.empty(200)


def delete(world: World, request: Request) -> replies.Reply:
    """Delete a flexible group without databases."""
    group = find_group(world, request.arguments["pcuGroupUUID"])
    if group.reserved:
        raise replies.refusal(400, f"PCU group {group.id} has reserved capacity; its subscription must end first.")
    if members(world, group.id):
        raise replies.refusal(400, f"PCU group {group.id} has databases; move or terminate them first.")
    del world.store(Capacity).groups[group.id]
    return replies.empty(200)


def park(world: World, request: Request) -> replies.Reply:
    """Start to park an active flexible group. Its databases hibernate."""
    group = find_group(world, request.arguments["pcuGroupUUID"])
    databases = _databases(world, group)
    if group.reserved:
        raise replies.refusal(400, f"PCU group {group.id} has reserved capacity and cannot be parked.")
    if any(len(database.living) > 1 for database in databases):
        raise replies.refusal(400, f"PCU group {group.id} has databases in several regions and cannot be parked.")
    is_active = group.state == "ACTIVE" or (group.shows_created and group.state == "CREATED" and databases)
    if group.progress is not None or not is_active:
        raise replies.refusal(assumed_conflict(world), f"PCU group {group.id} is {group.state} and cannot be parked.")
    for database in databases:
        require(database, "ACTIVE", "HIBERNATED", status=assumed_conflict(world))
    _begin(world, request, group, "park group")
    _change_all(world, databases, "ACTIVE", "hibernate")
    return replies.empty(200)


def unpark(world: World, request: Request) -> replies.Reply:
    """Start to unpark a group and wake its databases."""
    group = find_group(world, request.arguments["pcuGroupUUID"])
    if group.progress is not None or group.state != "PARKED":
        raise replies.refusal(assumed_conflict(world), f"PCU group {group.id} is {group.state}, not PARKED.")
    _begin(world, request, group, "unpark group")
    # The Terraform provider looks for CREATED every ten seconds, whatever the scale of the clock.
    group.shows_created = True
    _change_all(world, _databases(world, group), "HIBERNATED", "resume")
    return replies.empty(200)


def get_types(world: World, request: Request) -> replies.Reply:
    """List the types of each region, filtered by the provider and region in the body."""
    body = as_object(request.body)
    provider, region = (body.get("provider") or "").upper(), body.get("region") or ""
    places = [place for place in catalog.REGIONS if provider in ("", place.provider) and region in ("", place.name)]
    return replies.json([placed_type_document(place.provider, place.name, name) for place in places for name in pcu_types(world)])


def get_associations(world: World, request: Request) -> replies.Reply:
    """List the datacenters of a group."""
    group = find_group(world, request.arguments["pcuGroupUUID"])
    associations = [_association_document(world, association) for association, _ in members(world, group.id)]
    if world.quirks.empty_pcu_group_is_404 and not associations:
        raise replies.refusal(404, f"PCU group {group.id} has no associations.")
    return replies.json(associations)


def associate(world: World, request: Request) -> replies.Reply:
    """Start to place a datacenter in a group of its region."""
    group, datacenter_id = find_group(world, request.arguments["pcuGroupUUID"]), request.arguments["datacenterUUID"]
    database = _placeable(world, group, datacenter_id)
    if group_id_of(world, datacenter_id) is not None:
        raise replies.refusal(assumed_conflict(world), f"Datacenter {datacenter_id} is in a PCU group already.")
    association = _place(world, request, group, database, datacenter_id)
    return replies.json([association], 201) if world.quirks.bodies_of_pcu_changes else replies.empty(201)


def dissociate(world: World, request: Request) -> replies.Reply:
    """Take a datacenter out of a group."""
    group = find_group(world, request.arguments["pcuGroupUUID"])
    _require_member(world, group, request.arguments["datacenterUUID"])
    del world.store(Capacity).associations[request.arguments["datacenterUUID"]]
    return replies.empty(200)


def transfer(world: World, request: Request) -> replies.Reply:
    """Start to move a datacenter from one group to another."""
    body = as_object(request.body)
    datacenter_id = str(body.get("datacenterUUID"))
    old, new = (find_group(world, str(body.get(name))) for name in ("fromPCUGroupUUID", "toPCUGroupUUID"))
    _require_member(world, old, datacenter_id)
    association = _place(world, request, new, _placeable(world, new, datacenter_id), datacenter_id)
    return replies.json([association], 202) if world.quirks.bodies_of_pcu_changes else replies.empty(202)


def _read(world: World, group_id: str) -> dict[str, object]:
    """Return the document of a group for a request that asks for its state."""
    group = find_group(world, group_id)
    document = _group_document(world, group)
    group.shows_created = group.shows_created and group.state != "CREATED"
    return document


def _group_document(world: World, group: Group) -> dict[str, object]:
    """Return the document of a group whose state is up to date."""
    document: dict[str, object] = {
        "uuid": group.id,
        "orgId": world.organization.id,
        "title": group.title,
        "cloudProvider": group.provider,
        "region": group.region,
        "instanceType": group.instance_type,
        "pcuType": placed_type_document(group.provider, group.region, pcu_type_of(group.instance_type)),
        "provisionType": group.provision_type,
        "min": group.min,
        "max": group.max,
        "reserved": group.reserved,
        "description": group.description,
        "createdAt": replies.timestamp(group.created),
        "updatedAt": replies.timestamp(group.updated),
        "createdBy": group.owner,
        "updatedBy": group.owner,
        "status": group.state,
    }
    if world.quirks.omitted_empty_pcu_fields:
        for name in ("reserved", "description"):
            if not document[name]:
                del document[name]
    return document


def _association_document(world: World, association: Association) -> dict[str, object]:
    """Return the document of a datacenter's place in a group."""
    has_details = not world.quirks.blank_pcu_associations
    return {
        "datacenterUUID": association.datacenter_id,
        "pcuGroupUUID": association.group_id,
        "provisioningStatus": "Accepted" if world.clock.monotonic() < association.placed_at else "Created",
        "createdAt": replies.timestamp(association.created) if has_details else "",
        "updatedAt": replies.timestamp(association.updated) if has_details else "",
        "createdBy": association.owner if has_details else "",
        "updatedBy": association.owner if has_details else "",
    }


def _only_entry(request: Request) -> Mapping[str, Any]:
    """Return the only entry of a body that is a list."""
    entries = request.body if isinstance(request.body, list) else []
    if len(entries) != 1:
        raise replies.refusal(400, f"One PCU group can be changed at a time, not {len(entries)}.")
    return as_object(entries[0])


def _check_capacity(capacities: Mapping[str, int]) -> None:
    ascending = [capacities[name] for name in ("reserved", "min", "max") if name in capacities]
    if ascending != sorted(ascending) or capacities.get("min", 1) < 1 or capacities.get("reserved", 0) < 0:
        raise replies.refusal(400, "0 <= reserved <= min <= max and min >= 1 must hold")


def _begin(world: World, request: Request, group: Group, change: str) -> None:
    stuck_in, ends_in = world.faults.state_fault_of(request.operation.id, change)
    group.begin(Progress(change, world.clock.monotonic(), group.state, stuck_in=stuck_in, ends_in=ends_in))


def _change_all(world: World, databases: list[Database], state: str, change: str) -> None:
    now = world.clock.monotonic()
    for database in databases:
        if database.state == state:
            database.begin(Progress(change, now, database.state), now)


def _databases(world: World, group: Group) -> list[Database]:
    return list({database.id: database for _, database in members(world, group.id)}.values())


def _placeable(world: World, group: Group, datacenter_id: str) -> Database:
    """Find the database of a datacenter; refuse it unless it can go into the group now."""
    database = database_of(world, datacenter_id)
    if database is None:
        raise replies.refusal(404, f"Datacenter {datacenter_id} could not be found.")
    region = next(datacenter.region for datacenter in database.living if datacenter.id == datacenter_id)
    if (database.provider, region) != (group.provider, group.region):
        raise replies.refusal(400, f"PCU group {group.id} is in {group.provider} {group.region}, the datacenter is not.")
    if group.state not in _TAKES_DATABASES:
        raise replies.refusal(400, f"PCU group {group.id} is {group.state}; unpark it first.")
    require(database, "ACTIVE", status=assumed_conflict(world))
    return database


def _place(world: World, request: Request, group: Group, database: Database, datacenter_id: str) -> dict[str, object]:
    world.begin(request, database, "associate", datacenter_id)
    return _association_document(world, join_group(world, database, datacenter_id, group, request.token.client_id))


def _require_member(world: World, group: Group, datacenter_id: str) -> None:
    if datacenter_id not in [association.datacenter_id for association, _ in members(world, group.id)]:
        raise replies.refusal(404, f"Datacenter {datacenter_id} is not in PCU group {group.id}.")
    if group.state in _PARKED:
        raise replies.refusal(400, f"PCU group {group.id} is {group.state}; unpark it first.")


OPERATIONS: Final[dict[str, Handler]] = {
    "pcuGet": get,
    "pcuGroupGetByDatacenterUUID": get_by_datacenter,
    "pcuCreate": create,
    "pcuUpdate": update,
    "pcuDelete": delete,
    "pcuGroupPark": park,
    "pcuGroupUnpark": unpark,
    "pcuGetTypes": get_types,
    "pcuAssociationGet": get_associations,
    "pcuAssociationCreate": associate,
    "pcuAssociationDelete": dissociate,
    "pcuAssociationTransfer": transfer,
}
