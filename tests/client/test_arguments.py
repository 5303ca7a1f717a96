"""Arguments that the walk over all methods (tests/contract/test_arguments.py) does not try."""

from typing import Any

import pytest

import astra_devops
from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator


def _nested(depth: int) -> list[Any]:
    body: list[Any] = []
    for _ in range(depth):
        body = [body]
    return body


def _recursive() -> dict[str, Any]:
    body: dict[str, Any] = {}
    body["body"] = body
    return body


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"X A": "b"}, "headers must have names of ASCII letters"),
        ({"": "b"}, "headers must have names of ASCII letters"),
        ({"X-Ä": "b"}, "headers must have names of ASCII letters"),
        ({"X:A": "b"}, "headers must have names of ASCII letters"),
        ({"X-A\r\nAuthorization": "b"}, "headers must have names of ASCII letters"),
        ({"X-A": "b\x01"}, "headers must not contain line breaks or other control characters"),
        ({"X-A": "b\r\nX-B: c"}, "headers must not contain line breaks or other control characters"),
        ({"X-A": "\x7f"}, "headers must not contain line breaks or other control characters"),
        ({"X-A": "\ud800"}, r"headers\['X-A'\] must not contain unpaired surrogates"),
        ({"authorization": "b"}, "headers must not contain authorization"),
    ],
)
async def test_headers_are_checked_when_a_view_is_made(astra: AsyncAstraDevOps, headers: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        astra.with_options(headers=headers)


@pytest.mark.parametrize("headers", [{"X-Team": "orders"}, {"!#$%&'*+-.^_`|~1a": "a\tb"}, {"x-name": "Zoë"}, {}])
async def test_headers_that_http_allows_are_sent(emulator: Emulator, astra: AsyncAstraDevOps, headers: dict[str, str]) -> None:
    assert await astra.with_options(headers=headers).keyspaces.list(emulator.add_database("orders")) == ["default_keyspace"]


@pytest.mark.parametrize("value", ["", " ", ".", "..", "d\n", "a\x00b", "a\tb", "\ud800"])
async def test_an_id_must_be_one_segment_of_a_path(emulator: Emulator, astra: AsyncAstraDevOps, value: str) -> None:
    with pytest.raises(ValueError, match=r"^database_id must not") as caught:
        await astra.databases.get(value)
    assert not isinstance(caught.value, UnicodeError)
    with pytest.raises(ValueError, match=r"^path\['databaseID'\] must not"):
        await astra.request("getDatabase", path={"databaseID": value})
    assert len(emulator.journal) == 0


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"limit": object()}, r"query\['limit'\]"),
        ({"include": "\ud800"}, r"query\['include'\]"),
        ({"limit": float("nan")}, r"query\['limit'\]"),
    ],
)
async def test_a_query_is_checked_by_its_names(emulator: Emulator, astra: AsyncAstraDevOps, query: dict[str, Any], name: str) -> None:
    with pytest.raises((TypeError, ValueError), match=name):
        await astra.request("listDatabases", query=query)
    assert len(emulator.journal) == 0


@pytest.mark.parametrize(
    "body", [object(), {"a": b"x"}, {"a": {1: 2}}, ["\ud800"], {"a": float("inf")}, {"a": 2**64}, _nested(300), _recursive()]
)
async def test_a_body_is_checked(emulator: Emulator, astra: AsyncAstraDevOps, body: object) -> None:
    with pytest.raises((TypeError, ValueError), match="body"):
        await astra.request("createDatabase", body=body)
    assert len(emulator.journal) == 0


@pytest.mark.parametrize("permissions", [(), ("",), (5,), ("org-db-view", None), (["org-db-view"],)])
async def test_permissions_are_checked(emulator: Emulator, astra: AsyncAstraDevOps, permissions: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, ValueError), match="permissions"):
        await astra.can(*permissions)
    assert len(emulator.journal) == 0


def test_a_deadline_that_no_float_can_hold_is_named() -> None:
    with pytest.raises(ValueError, match="seconds"), astra_devops.deadline(10**400):
        pass


async def test_a_mapping_is_not_a_list(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    wrong: Any = {"us-east-1": 1}
    with pytest.raises(TypeError, match=r"^regions must be a list of strings, not dict$"):
        await astra.datacenters.create_all("d", wrong, cloud_provider="aws")
    assert len(emulator.journal) == 0
