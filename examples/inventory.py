"""Write an inventory of all databases of one or several organizations, as CSV or JSON.

A token sees one organization. So each organization of an enterprise needs a token of its own, here
a section of ~/.astrarc: ``inventory.py --profile east --profile west --format json``.

Runs on the embedded emulator, with two organizations. With ``--profile``, or with
ASTRA_DB_APPLICATION_TOKEN set, it runs on the Astra DevOps API, and only reads.
"""

import argparse
import asyncio
import csv
import json
import os
import sys
from collections.abc import Iterable
from contextlib import AsyncExitStack

from astra_devops import AsyncAstraDevOps
from astra_devops.models import Database

Row = dict[str, str | None]
COLUMNS = ("organization", "name", "status", "cloud_provider", "regions", "tier", "keyspaces", "created", "id")


def describe(organization: str, database: Database) -> Row:
    """Return the row of a database; the list has all that it needs."""
    info = database.info
    regions = [datacenter.region for datacenter in info.datacenters or ()]
    return {
        "organization": organization,
        "name": database.name,
        "status": str(database.status),
        "cloud_provider": info.cloud_provider,
        "regions": " ".join(regions or [info.region or ""]),
        "tier": info.tier,
        "keyspaces": " ".join(info.keyspaces or ()),
        "created": database.creation_time.isoformat() if database.creation_time else None,
        "id": database.id,
    }


async def inventory(astra: AsyncAstraDevOps) -> list[Row]:
    """Return the rows of one organization, sorted by name."""
    organization = await astra.organizations.current()
    rows = [describe(organization.name or organization.id, database) async for database in astra.databases.list()]
    return sorted(rows, key=lambda row: row["name"] or "")


def write(rows: Iterable[Row], format: str) -> None:
    if format == "json":
        json.dump(list(rows), sys.stdout, indent=2)
        print()
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([row[column] for column in COLUMNS] for row in rows)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--profile", action="append", default=[], help="a section of ~/.astrarc; may be repeated")
    parser.add_argument("--format", choices=["csv", "json"], default="csv")
    arguments = parser.parse_args()
    async with AsyncExitStack() as stack:
        clients: list[AsyncAstraDevOps] = []
        if arguments.profile:
            clients += [await stack.enter_async_context(AsyncAstraDevOps(profile=profile)) for profile in arguments.profile]
        elif os.environ.get("ASTRA_DB_APPLICATION_TOKEN"):
            clients.append(await stack.enter_async_context(AsyncAstraDevOps()))
        else:
            from astra_devops.emulator import Emulator

            print("Running on the embedded emulator: ASTRA_DB_APPLICATION_TOKEN is not set.", file=sys.stderr, flush=True)
            emulator = await stack.enter_async_context(Emulator())
            west = emulator.add_organization("West")
            emulator.add_database("shop", keyspaces=["orders", "stock"])
            emulator.add_database("users", region="us-east1", cloud_provider="GCP", status="HIBERNATED")
            emulator.add_database("search", organization_id=west)
            for token in (emulator.token, emulator.add_token(organization_id=west)):
                clients.append(await stack.enter_async_context(emulator.async_client(token=token)))
        groups = await asyncio.gather(*(inventory(astra) for astra in clients))
    write((row for group in groups for row in group), arguments.format)


asyncio.run(main())
