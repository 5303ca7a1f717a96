"""The policy that a recorded program needed."""

import os

from astra_devops import _contract
from astra_devops.emulator.contract.contract import Contract
from astra_devops.emulator.contract.routing import Match, Router
from astra_devops.emulator.permissions import Need, Permissions, need_of
from astra_devops.emulator.recording import file


def permissions_of(path: str | os.PathLike[str]) -> Permissions:
    """Return what the requests in a recording needed, without those that were refused.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a recording.
    """
    router = Router(Contract(_contract.load()).operations)
    needs: list[Need] = []
    for recorded in file.read(path):
        match = router.match(recorded.method, recorded.path)
        if recorded.status in (401, 403):
            continue
        if isinstance(match, Match):
            needs.append(need_of(match))
        else:
            needs.append(Need(f"{recorded.method} {recorded.path}", ()))
    return Permissions.of(needs)
