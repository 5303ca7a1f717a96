"""A program for the administration in the second generation of the vendor's client.

Run with a URL and a token, it prints one JSON document.
"""

import asyncio
import json
import sys
from collections.abc import Callable

from astrapy import admin
from astrapy.admin import AstraDBAdmin
from astrapy.constants import Environment
from astrapy.exceptions import DevOpsAPIException, DevOpsAPIHttpException

# The client has no options for these: its poll interval, and the address of the DevOps API for a
# database that is given by its endpoint.
admin.DEV_OPS_DATABASE_POLL_INTERVAL_S = 0.02
admin.DEV_OPS_KEYSPACE_POLL_INTERVAL_S = 0.01


def main(url: str, token: str) -> dict[str, object]:
    admin.DEV_OPS_URL_ENV_MAP[Environment.PROD] = url
    astra = AstraDBAdmin(token=token)
    return {
        "blocking": blocking(astra),
        "async": asyncio.run(asynchronous(astra)),
        "not waited for": not_waited_for(astra),
        "paged": paged(astra),
        "refused": refusals(astra),
    }


def blocking(astra: AstraDBAdmin) -> list[object]:
    database = astra.create_database("orders", cloud_provider="aws", region="us-east-2", keyspace="shop")
    info = database.info()
    seen: list[object] = [[info.info.name, info.info.region, info.status, info.info.keyspace], database.list_keyspaces()]
    seen += [database.create_keyspace("second"), database.list_keyspaces(), database.drop_keyspace("second"), database.list_keyspaces()]
    return [*seen, database.drop(), database.id in [found.id for found in astra.list_databases()]]


async def asynchronous(astra: AstraDBAdmin) -> list[object]:
    database = await astra.async_create_database("orders", cloud_provider="gcp", region="us-east1")
    seen: list[object] = [(await database.async_info()).status, await database.async_list_keyspaces()]
    seen += [await database.async_create_keyspace("second"), await database.async_drop_keyspace("default_keyspace")]
    seen += [await database.async_list_keyspaces(), await database.async_drop()]
    return [*seen, database.id in [found.id for found in await astra.async_list_databases()]]


def not_waited_for(astra: AstraDBAdmin) -> list[object]:
    database = astra.create_database("orders", cloud_provider="azure", region="eastus2", wait_until_active=False)
    again = astra.get_database_admin(database.id, region="eastus2")
    while again.info().status != "ACTIVE":
        pass
    answer = again.create_keyspace("second", wait_until_active=False)
    while again.list_keyspaces() != ["default_keyspace", "second"]:
        pass
    return [database == again, answer, again.drop(wait_until_active=False), again.info().status]


def paged(astra: AstraDBAdmin) -> list[object]:
    for _ in range(60):
        astra.create_database("same", cloud_provider="aws", region="us-east-2", wait_until_active=False)
    ids = [database.id for database in astra.list_databases() if database.info.name == "same"]
    everything = [database.status for database in astra.list_databases(include="all") if database.info.name == "orders"]
    return [len(ids), len(set(ids)), everything[:2]]


def refusals(astra: AstraDBAdmin) -> dict[str, object]:
    unknown = "11111111-2222-4333-8444-555555555555"
    stranger = AstraDBAdmin(token=f"AstraCS:{'a' * 24}:{'0' * 64}")
    shared = next(database.id for database in astra.list_databases() if database.info.name == "shared")
    return {
        "unknown id": refused(lambda: astra.database_info(unknown)),
        "dropping an unknown id": refused(lambda: astra.drop_database(unknown)),
        "wrong token": refused(stranger.list_databases),
        "no such region": refused(lambda: astra.create_database("orders", cloud_provider="aws", region="nowhere-1")),
        "keyspace that is there": refused(lambda: astra.get_database_admin(shared, region="us-east-2").create_keyspace("default_keyspace")),
        "keyspace that is not": refused(lambda: astra.get_database_admin(shared, region="us-east-2").drop_keyspace("missing")),
    }


def refused(call: Callable[[], object]) -> object:
    """Return the status of a refused call, or the client's own error message."""
    try:
        call()
    except DevOpsAPIHttpException as problem:
        return problem.response.status_code
    except DevOpsAPIException as problem:
        return str(problem)
    return "not refused"


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
