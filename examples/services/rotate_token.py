"""Replace the token in a file, as a nightly job: ``rotate_token.py /run/secrets/astra``.

Services that read the file with ``token_file(path)`` take the new token with their next request.
The old one is revoked when the new one works and is on the disk. If anything fails before that, the
old token stays and the job exits with 1.
"""

import os
import sys
from pathlib import Path

from astra_devops import AstraDevOps, errors, token_file
from astra_devops.models import Token


def rotate(astra: AstraDevOps, path: Path) -> Token:
    """Replace the token in the file, which has the whole old or the whole new one at any moment."""

    def store(new: Token) -> None:
        if new.token is None:
            raise ValueError("the service has returned no token")
        fresh = path.with_name(f".{path.name}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(new.token.reveal())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    return astra.tokens.rotate(on_new=store)


def main() -> int:
    path = Path(sys.argv[1])
    with AstraDevOps(token=token_file(path), base_url=os.environ.get("ASTRA_BASE_URL")) as astra:
        try:
            print(f"{path} has the token of client id {rotate(astra, path).client_id}")
        except (errors.AstraDevOpsError, OSError) as error:
            print(f"the token is not replaced: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
