"""Presigned URLs of secure connect bundles."""

from typing import Final

from astra_devops.emulator import replies
from astra_devops.emulator.resources._database_documents import REACHABLE, bundle_links
from astra_devops.emulator.state.databases import Database, Datacenter
from astra_devops.emulator.world import Handler, Request, World

_FIELDS: Final = {
    "secureBundleUrl": "downloadURL",
    "secureBundleInternalUrl": "downloadURLInternal",
    "secureBundleMigrationProxyUrl": "downloadURLMigrationProxy",
    "secureBundleMigrationProxyInternalUrl": "downloadURLMigrationProxyInternal",
}


def generate_secure_bundle_url(world: World, request: Request) -> replies.Reply:
    """Return the URLs of the primary region as an object.

    With ``all``, returns those of every region as a list.
    """
    database = world.find_living(request.arguments["databaseID"])
    if database.status == "HIBERNATED" and world.quirks.unauthorized_hibernated_bundle:
        raise replies.refusal(401, f"Database {database.id} is hibernated.")
    if database.status not in REACHABLE:
        raise replies.refusal(409, f"Database {database.id} is in state {database.status} and has no bundle.")
    if request.query.get("all"):
        return replies.json([_urls(world, database, datacenter) for datacenter in database.living])
    primary = next((datacenter for datacenter in database.living if datacenter.region == database.region), database.living[0])
    return replies.json(_urls(world, database, primary))


def _urls(world: World, database: Database, datacenter: Datacenter) -> dict[str, object]:
    links = bundle_links(world, database, datacenter)
    urls: dict[str, object] = {_FIELDS[field]: link for field, link in links.items()}
    urls |= {"datacenterID": datacenter.id, "region": datacenter.region, "cloudProvider": datacenter.provider}
    if world.quirks.misspelled_datacenter_id:
        urls["datcenterID"] = datacenter.id
    return urls


OPERATIONS: Final[dict[str, Handler]] = {"generateSecureBundleURL": generate_secure_bundle_url}
