"""A resume token that was changed is refused when it is resumed, not when it is waited for."""

import base64
import json
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops.emulator import Emulator
from astra_devops.operations import conditions, resume_token
from astra_devops.operations.kinds import OperationKind

pytestmark = pytest.mark.anyio

KINDS = [
    kind
    for module in pkgutil.iter_modules(conditions.__path__)
    for kind in vars(import_module(f"{conditions.__name__}.{module.name}")).values()
    if isinstance(kind, OperationKind)
]
DELETION = {"v": 2, "kind": "keyspaces.delete", "params": {"database_id": "d", "keyspace": "k"}}


def encode(document: Any) -> Any:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_every_kind_refuses_a_token_without_parameters(astra: AsyncAstraDevOps, kind: Any) -> None:
    with pytest.raises(ValueError, match="token"):
        await astra.resume(resume_token.encode(kind.name, {}))


@pytest.mark.parametrize(
    "document",
    [
        {**DELETION, "params": {"database_id": "d"}},
        {**DELETION, "params": {"database_id": "d", "keyspace": " "}},
        {**DELETION, "params": {"database_id": "d", "keyspace": 5}},
        {**DELETION, "params": {"database_id": "d", "keyspace": None}},
        {**DELETION, "params": {"database_id": "d", "keyspace": "k", "other": "o"}},
        {**DELETION, "params": [["database_id", "d"]]},
        {**DELETION, "kind": 5},
        {**DELETION, "kind": "_sinks.delete"},
        {**DELETION, "kind": "keyspaces"},
        {**DELETION, "kind": "../keyspaces.delete"},
        {**DELETION, "v": True},
        {"kind": "cdc.disable", "v": 2, "params": {"database_id": "d", "tables": "[]"}},
        {"kind": "cdc.disable", "v": 2, "params": {"database_id": "d", "tables": "5"}},
        {"kind": "cdc.disable", "v": 2, "params": {"database_id": "d", "tables": '[["k", 5]]'}},
        {"kind": "migrations.launch", "v": 2, "params": {"database_id": "d", "migration_id": "m", "before": "Failed"}},
        {"kind": "migrations.launch", "v": 2, "params": {"database_id": "d", "migration_id": "m", "before": "Failed", "launched": "x"}},
        {"kind": "access_lists.remove", "v": 2, "params": {"database_id": "d", "including": "10.0.0.0/8"}},
        {"kind": "databases.resize", "v": 2, "params": {"database_id": "d", "capacity_units": "many"}},
        [],
        5,
    ],
    ids=json.dumps,
)
async def test_a_changed_token_is_refused(emulator: Emulator, astra: AsyncAstraDevOps, document: Any) -> None:
    with pytest.raises(ValueError, match="token"):
        await astra.resume(encode(document))
    assert len(emulator.journal) == 0


@pytest.mark.parametrize(
    "change", [lambda token: f" {token}\r\n", lambda token: f"{token[:20]}\n{token[20:]}\n", lambda token: token + "=="]
)
async def test_white_space_does_not_count(astra: AsyncAstraDevOps, change: Callable[..., Any]) -> None:
    operation = await astra.resume(change(encode(DELETION)))
    assert operation.ids == DELETION["params"]


async def test_other_letters_do(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="not a resume token"):
        await astra.resume(encode(DELETION)[:10] + "!?" + encode(DELETION)[10:])
