"""A program that downloads secure connect bundles with cassandra-connector.

The emulator has no Cassandra to connect to, so the program calls the steps before that. Run with a
URL, a token and the id of a database, it prints one JSON document.
"""

import json
import sys
import tempfile
import zipfile
from collections.abc import Callable

from cassandra_connector import CassandraConnector
from requests import HTTPError


def main(url: str, token: str, database_id: str) -> dict[str, object]:
    connector = CassandraConnector.__new__(CassandraConnector)
    template = f"{url}/v2/databases/{{database_id}}/secureBundleURL?all=true"

    def bundle(**arguments: str) -> object:
        with zipfile.ZipFile(
            connector._get_or_download_secure_connect_bundle({"token": token, "bundleUrlTemplate": template, **arguments})
        ) as packed:
            return json.loads(packed.read("config.json"))["keyspace"]

    with tempfile.TemporaryDirectory() as tempfile.tempdir:
        return {
            "by id": bundle(datacenterID=database_id),
            "by endpoint": bundle(endpoint=f"https://{database_id}-us-east-2.apps.astra.datastax.com"),
            "other region": said(lambda: bundle(datacenterID=database_id, regionName="us-west-2")),
            "unknown id": said(lambda: bundle(datacenterID="11111111-2222-4333-8444-555555555555")),
            "wrong token": said(lambda: bundle(datacenterID=database_id, regionName="us-east-1", token=f"AstraCS:{'a' * 24}:{'0' * 64}")),
        }


def said(call: Callable[[], object]) -> object:
    """Return what a call returns, the status of a refusal, or the kind of an error."""
    try:
        return call()
    except HTTPError as problem:
        return problem.response.status_code
    except ValueError as problem:
        return type(problem).__name__


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
