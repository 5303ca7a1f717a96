"""Run administrative calls of astrapy, the vendor's client, and print their results as JSON.

The arguments are a URL and a token.
"""

import json
import sys
from typing import Any

from astrapy import DataAPIClient
from astrapy.admin import admin
from astrapy.api_options import APIOptions, DevOpsAPIURLOptions, TimeoutOptions
from astrapy.exceptions import DevOpsAPIHttpException

# The client has no options for these intervals, which are too long for the emulator's faster clock.
admin.DEV_OPS_DATABASE_POLL_INTERVAL_S = 0.02
admin.DEV_OPS_KEYSPACE_POLL_INTERVAL_S = 0.01


def main(url: str, token: str) -> dict[str, object]:
    options = APIOptions(
        dev_ops_api_url_options=DevOpsAPIURLOptions(dev_ops_url=url, dev_ops_api_version="v2"),
        timeout_options=TimeoutOptions(database_admin_timeout_ms=60_000, keyspace_admin_timeout_ms=60_000),
    )
    astra = DataAPIClient(token, api_options=options).get_admin()
    results: dict[str, object] = {}

    regions = astra.find_available_regions(only_org_enabled_regions=False)
    results["regions"] = sorted({region.cloud_provider.upper() for region in regions})

    database_admin = astra.create_database("orders", cloud_provider="aws", region="us-east-2", keyspace="shop")
    database_id = database_admin.id
    info = astra.database_info(database_id)
    results["created"] = [info.name, info.status, info.keyspaces, [region.name for region in info.regions]]

    database_admin.create_keyspace("second")
    results["keyspaces"] = database_admin.list_keyspaces()
    database_admin.drop_keyspace("second")
    results["dropped"] = database_admin.list_keyspaces()

    for number in range(60):
        astra.create_database(f"db{number}", cloud_provider="gcp", region="us-east1", wait_until_active=False)
    databases = astra.list_databases(page_size=25, include="ALL")
    results["listed"] = [len(databases), len({database.id for database in databases})]

    database_admin.drop()
    results["still listed"] = database_id in {database.id for database in astra.list_databases()}

    results["unknown id"] = refusal(lambda: astra.database_info("11111111-2222-4333-8444-555555555555"))
    stranger = DataAPIClient(f"AstraCS:{'a' * 24}:{'0' * 64}", api_options=options).get_admin()
    results["wrong token"] = refusal(stranger.list_databases)
    return results


def refusal(call: Any) -> object:
    """Return the status and the error ids that a call was refused with."""
    try:
        call()
    except DevOpsAPIHttpException as error:
        return [error.response.status_code, [getattr(descriptor, "id", None) for descriptor in error.error_descriptors]]
    return "not refused"


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
