"""A program that downloads secure connect bundles with CassIO.

Run with a URL, a token and the id of a database, it prints one JSON document.
"""

import json
import sys
import tempfile
from pathlib import Path

from cassio.config.bundle_download import download_astra_bundle_url
from cassio.config.bundle_management import bundle_path_to_init_string, infer_keyspace_from_bundle, init_string_to_bundle_path_and_options


def main(url: str, token: str, database_id: str) -> dict[str, object]:
    template = f"{url}/v2/databases/{{database_id}}/secureBundleURL"
    with tempfile.TemporaryDirectory() as directory:
        bundle = Path(directory) / "bundle.zip"

        def fetched(database: str, secret: str) -> object:
            try:
                return download_astra_bundle_url(database, secret, str(bundle), bundle_url_template=template)
            except ValueError as problem:
                return str(problem)

        seen: dict[str, object] = {
            "wrong token": fetched(database_id, f"AstraCS:{'a' * 24}:{'0' * 64}"),
            "unknown id": fetched("11111111-2222-4333-8444-555555555555", token),
            "fetched": fetched(database_id, token),
            "keyspace": infer_keyspace_from_bundle(str(bundle)),
        }
        packed = bundle_path_to_init_string(str(bundle), keyspace="shop", token=token, tempfile_basedir=directory)
        unpacked, options = init_string_to_bundle_path_and_options(packed, target_dir=directory)
        return {**seen, "packed again": [Path(unpacked).exists(), options["keyspace"]]}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
