"""The project's own contract."""

import importlib
import inspect
from pathlib import Path

from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.pipeline import understand
from astra_devops._rest.index import OPERATIONS


def test_the_contract_needs_no_repair(root: Path) -> None:
    warnings: list[object] = []
    spec = root / "astra_devops/_spec"
    understand(load(spec / "openapi.yaml"), load(spec / "overlay.yaml"), lambda *warning: warnings.append(warning))
    assert warnings == []


def test_every_operation_of_the_index_has_its_function() -> None:
    assert len(OPERATIONS) == 132
    for operation in OPERATIONS.values():
        module = importlib.import_module(f"astra_devops._rest.endpoints.{operation.group}")
        function = getattr(module, operation.function)
        assert inspect.iscoroutinefunction(function)
        assert f"{operation.method} {operation.path}" in " ".join((function.__doc__ or "").split())
        assert ("check_outcome" in inspect.signature(function).parameters) == (operation.retry == "check_first")
