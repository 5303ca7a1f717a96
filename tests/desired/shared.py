"""What the tests of several kinds of resources have in common."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from astra_devops import AstraDevOps
from astra_devops.desired import Database, Declaration, Plan, load
from astra_devops.emulator import Emulator


def database(name: str = "orders", **settings: Any) -> Database:
    """Declare a database in one region."""
    return Database(name, cloud_provider="aws", region="us-east-2", **settings)


def writes(emulator: Emulator, *, but: Collection[str] = ()) -> list[str]:
    """Return the operations of the requests that may change something, but for some of them."""
    changes = [exchange.operation for exchange in emulator.journal if exchange.operation and exchange.method not in ("GET", "HEAD")]
    return [operation for operation in changes if operation not in but]


def requests(emulator: Emulator, *, but: Collection[str]) -> list[str]:
    """Return the operations of all requests, but for some of them."""
    return [exchange.operation for exchange in emulator.journal if exchange.operation and exchange.operation not in but]


def refused(directory: Path, text: str, message: str, error: type[Exception] | tuple[type[Exception], ...] = ValueError) -> str:
    """Check that a file is refused with a message, and return the whole message."""
    path = directory / "declared.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message) as caught:
        load(path)
    return str(caught.value)


def through_files(astra: AstraDevOps, directory: Path, text: str) -> Declaration:
    """Read a file, write it, read it again, save the plan, read it again, and apply it."""
    path = directory / "declared.toml"
    path.write_text(text, encoding="utf-8")
    declared = load(path)
    path.write_text(declared.to_toml(), encoding="utf-8")
    assert load(path) == declared
    plan = astra.plan(declared)
    plan.save(directory / "plan.json")
    assert Plan.load(directory / "plan.json") == plan
    assert astra.apply(plan, quiet=True).is_done
    return declared
