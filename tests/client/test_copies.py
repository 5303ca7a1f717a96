"""What belongs to one process refuses to be copied; answers can be copied."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops._bridge.bridge import Bridge
from astra_devops._runtime.call import Answer
from astra_devops.emulator import Emulator, VirtualClock

Copy = Callable[[Any], Any]

WAYS = [copy.copy, copy.deepcopy, pickle.dumps, *(lambda value, version=version: pickle.dumps(value, version) for version in range(5))]
NAMES = ["copy", "deepcopy", "pickle", *(f"pickle{version}" for version in range(5))]
EVERY_WAY = pytest.mark.parametrize("make_copy", WAYS, ids=NAMES)


def check_refusals(client: Any, operation: Any, pagers: list[Any], make_copy: Copy) -> None:
    for value in (client, client.with_options(timeout=5), {"client": client}):
        with pytest.raises(TypeError, match=r"^a client cannot be copied or pickled: .* create one where it is needed$"):
            make_copy(value if make_copy is not copy.copy or not isinstance(value, dict) else client)
    with pytest.raises(TypeError, match=r"^an operation cannot be copied or pickled: .* resume_token"):
        make_copy(operation)
    for pager in pagers:
        with pytest.raises(TypeError, match=r"^a pager cannot be copied or pickled: .* collect\(\)"):
            make_copy(pager)


@EVERY_WAY
async def test_async_objects_refuse_in_one_sentence(emulator: Emulator, astra: AsyncAstraDevOps, make_copy: Copy) -> None:
    operation = await astra.databases.create("orders", cloud_provider="aws", region="us-east-2")
    check_refusals(astra, operation, [astra.databases.list(), astra.scim.list_users(), astra.databases.list().page_iterator()], make_copy)
    assert (await operation.wait()).status == "ACTIVE"


@EVERY_WAY
def test_blocking_objects_refuse_in_one_sentence(make_copy: Copy) -> None:
    with (
        Emulator.running(clock=VirtualClock()) as emulator,
        AstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        check_refusals(astra, astra.resume(_token()), [astra.databases.list()], make_copy)
        operation = astra.databases.create("orders", cloud_provider="aws", region="us-east-2")
        check_refusals(astra, operation, [astra.databases.list()], make_copy)
        with pytest.raises(TypeError, match=r"^a bridge cannot be copied or pickled"):
            make_copy(Bridge())
        assert operation.wait().status == "ACTIVE"


@pytest.mark.parametrize("make_copy", WAYS[1:], ids=NAMES[1:])
async def test_what_holds_a_client_refuses_as_the_client_does(astra: AsyncAstraDevOps, make_copy: Copy) -> None:
    with AstraDevOps("AstraCS:" + "c" * 24 + ":" + "a" * 64) as blocking:
        for value in (astra.databases, [astra.tokens], blocking.databases, {"a": blocking.tokens}):
            with pytest.raises(TypeError, match=r"^a (client|bridge) cannot be copied or pickled"):
                make_copy(value)


def test_nothing_is_said_about_objects_that_were_never_made() -> None:
    program = (
        "import copy, pickle\n"
        "from astra_devops import AstraDevOps, AsyncAstraDevOps\n"
        "from astra_devops._bridge.bridge import Bridge\n"
        "token = 'AstraCS:' + 'c' * 24 + ':' + 'a' * 64\n"
        "for cls in (AstraDevOps, AsyncAstraDevOps):\n"
        "    for make_copy in (copy.copy, copy.deepcopy, pickle.dumps):\n"
        "        try:\n"
        "            make_copy(cls(token))\n"
        "        except TypeError as error:\n"
        "            print(error)\n"
        "    for wrong in ({'timeout': 'x'}, {'retry': 5}, {'token': 7}):\n"
        "        try:\n"
        "            cls(**wrong)\n"
        "        except TypeError as error:\n"
        "            print(error)\n"
        "    cls.__new__(cls)\n"
        "Bridge.__new__(Bridge)\n"
    )
    result = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=50, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 12


@EVERY_WAY
async def test_an_answer_can_be_copied(emulator: Emulator, astra: AsyncAstraDevOps, make_copy: Copy) -> None:
    database_id = emulator.add_database("orders")
    answer = await astra.request("getDatabase", path={"databaseID": database_id})
    made = make_copy(answer)
    twin: Answer[Any] = pickle.loads(made) if isinstance(made, bytes) else made
    assert (twin.value.id, twin.status, twin.attempts) == (database_id, answer.status, 1)
    assert twin.headers["content-type"] == twin.headers["Content-Type"] == answer.headers["CONTENT-TYPE"]
    assert "X-Nothing" not in twin.headers
    assert sorted(twin.headers) == sorted(answer.headers)


def test_headers_with_one_name_in_two_cases_are_one() -> None:
    answer = Answer(value=None, status=200, headers={"Location": "a", "location": "b"})
    assert (len(answer.headers), answer.headers["LOCATION"], dict(answer.headers)) == (1, "a", {"Location": "a"})


def test_without_a_loop_of_asyncio_the_blocking_client_is_named() -> None:
    """As under trio: nothing of asyncio runs there."""
    astra = AsyncAstraDevOps("AstraCS:" + "c" * 24 + ":" + "a" * 64)
    call = astra.databases.get("d")
    with pytest.raises(RuntimeError, match=r"needs a running event loop of asyncio; under trio.* use the blocking client AstraDevOps"):
        call.send(None)


def _token() -> str:
    from astra_devops.operations import resume_token

    return resume_token.encode("databases.create", {"database_id": "d"})
