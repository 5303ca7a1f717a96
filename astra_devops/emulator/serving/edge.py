"""The second port: the host of the presigned URLs, and the data endpoints of databases."""

from collections.abc import Mapping
from urllib.parse import unquote
from xml.sax.saxutils import escape

from astra_devops.emulator import replies
from astra_devops.emulator.resources import enterprises
from astra_devops.emulator.resources._capacity import is_parked
from astra_devops.emulator.resources._database_documents import REACHABLE
from astra_devops.emulator.state import presigned
from astra_devops.emulator.state.transitions import Progress
from astra_devops.emulator.time.clock import ScaledClock
from astra_devops.emulator.world import Platform

DATA = "/data/"


def _xml(status: int, code: str, message: str) -> replies.Reply:
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>'
    return replies.Reply(status, document.encode(), "application/xml")


NO_KEY = _xml(404, "NoSuchKey", "The specified key does not exist.")


def serve_bundle(platform: Platform, path: str, query: Mapping[str, str]) -> replies.Reply:
    """Return the file of a presigned URL, or a refusal in XML, as an object store answers."""
    path = unquote(path)
    # A download takes real time, however fast the clock runs; five minutes are half a second at 600
    # times the speed.
    patience = max(1.0, platform.clock.speed) if isinstance(platform.clock, ScaledClock) else 1.0
    objection = platform.signer.reason_to_refuse(path, query, platform.clock.now(), patience)
    if objection is not None:
        return _xml(403, "SignatureDoesNotMatch" if "signature" in objection else "AccessDenied", objection)
    if path.startswith(enterprises.REPORTS_PATH):
        report = enterprises.report_csv(platform, path)
        return NO_KEY if report is None else replies.Reply(200, report, "text/csv", {"Server": "AmazonS3"})
    datacenter_id = path.split("/")[1]
    world = platform.world_with(datacenter_id[:36])
    if world is None:
        return NO_KEY
    database = world.organization.databases[datacenter_id[:36]]
    for datacenter in database.datacenters:
        for kind in presigned.BUNDLE_KINDS.values():
            if path == presigned.bundle_path(datacenter.id, database.name, kind):
                content = presigned.bundle(database.id, datacenter.region, database.keyspace, kind)
                return replies.Reply(200, content, "application/zip", {"ETag": f'"{datacenter.id}"', "Server": "AmazonS3"})
    return NO_KEY


def serve_data(platform: Platform, path: str) -> replies.Reply:
    """Answer at a data endpoint.

    There is no data, but a request wakes a hibernated database; until it is awake the answer is
    503.
    """
    host = path.removeprefix(DATA).partition("/")[0]
    world = platform.world_with(host[:36])
    if world is None:
        return replies.text(404, "unknown host")
    database = world.refresh(world.organization.databases[host[:36]])
    if world.is_gone(database):
        return replies.text(404, "unknown host")
    if database.status == "HIBERNATED" and database.progress is None and not is_parked(world, database):
        now = world.clock.monotonic()
        stuck_in, ends_in = world.faults.state_fault_of("dataApi", "resume")
        database.begin(Progress("resume", now, database.state, stuck_in=stuck_in, ends_in=ends_in), now)
        if world.quirks.empty_waking_answer:
            return replies.empty(503)
        return replies.json({"message": f"Resuming your database {database.id}, please try again shortly."}, 503)
    if database.status not in REACHABLE:
        return replies.json({"message": f"Database {database.id} is {database.status}."}, 503)
    return replies.json({"message": "The emulator has no data API."}, 404)
