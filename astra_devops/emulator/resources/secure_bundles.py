"""Presigned URLs of secure connect bundles."""

from astra_devops.emulator import replies
from astra_devops.emulator.resources._database_documents import REACHABLE, bundle_links
from astra_devops.emulator.state.databases import Database, Datacenter
from astra_devops.emulator.world import Handler, Request, World

FIELDS = {
    "secureBundleUrl": "downloadURL",
    "secureBundleInternalUrl": "downloadURLInternal",
    "secureBundleMigrationProxyUrl": "downloadURLMigrationProxy",
    "secureBundleMigrationProxyInternalUrl": "downloadURLMigrationProxyInternal",
}


def generate_secure_bundle_url(world: World, request: Request) -> replies.Reply:
    """Give the URLs of the primary region as one object, or with ``all`` those of every region as a list."""
    database = world.find_living(request.arguments["databaseID"])
    if database.status == "HIBERNATED" and world.quirks.unauthorized_hibernated_bundle:
        raise replies.refusal(401, f"Database {database.id} is hibernated.")
    if database.status not in REACHABLE:
        raise replies.refusal(409, f"Database {database.id} is in state {database.status} and has no bundle to give.")
    if request.query.get("all"):
        return replies.json([_urls(world, database, datacenter) for datacenter in database.living])
    primary = next((entry for entry in database.living if entry.region == database.region), database.living[0])
    return replies.json(_urls(world, database, primary))


def _urls(world: World, database: Database, datacenter: Datacenter) -> dict[str, object]:
    links = bundle_links(world, database, datacenter)
    urls: dict[str, object] = {FIELDS[field]: link for field, link in links.items()}
    urls |= {"datacenterID": datacenter.id, "region": datacenter.region, "cloudProvider": datacenter.provider}
    if world.quirks.misspelled_datacenter_id:
        urls["datcenterID"] = datacenter.id
    return urls


OPERATIONS: dict[str, Handler] = {"generateSecureBundleURL": generate_secure_bundle_url}
