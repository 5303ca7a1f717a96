"""The published file as a judge, and a request of ours for every operation."""

import re
from urllib.parse import unquote

import attrs
import pytest

from astra_devops import AstraDevOps
from astra_devops._rest import index
from astra_devops.emulator import Emulator, VirtualClock
from astra_devops.emulator.journal import Exchange
from tests.contract.wire_arguments import arguments, call_everything
from tests.peers.published.document import published_file, read
from tests.peers.published.judge import Judge


@attrs.frozen
class Recorded:
    """What the client sent to an emulator, and the token that it used."""

    token: str
    exchanges: tuple[Exchange, ...] = attrs.field(repr=False)

    def arguments_of(self, operation: str) -> dict[str, object]:
        """Return the arguments with which ``request`` sends the first request of an operation."""
        exchange = next(exchange for exchange in self.exchanges if exchange.operation == operation)
        steps = zip(index.OPERATIONS[operation].path.split("/"), exchange.path.split("/"), strict=True)
        path = {step[1:-1]: unquote(value) for step, value in steps if re.fullmatch(r"{.*}", step)}
        return {"path": path, "query": dict(exchange.query), "body": exchange.body}


@pytest.fixture(scope="session")
def judge() -> Judge:
    """A judge by the published file."""
    return Judge(read(published_file()))


@pytest.fixture(scope="session")
def literal_judge() -> Judge:
    """A judge that also wants fields which the published file requires without declaring them."""
    return Judge(read(published_file(), with_unknown_required=True))


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Call every method, and every operation that has none, on an emulator."""
    directory = tmp_path_factory.mktemp("files")
    with (
        Emulator.running(clock=VirtualClock()) as emulator,
        AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, timeout=3600) as astra,
    ):
        call_everything(emulator, astra, arguments(emulator, str(directory / "file")))
        exchanges = [exchange for exchange in emulator.journal if exchange.endpoint_kind == "devops"]
        return Recorded(emulator.token, tuple(exchanges))
