"""The public names of models: those that public methods mention, and those that these mention."""

import ast
from pathlib import Path

import pytest

from astra_devops import models
from astra_devops._codegen.public_models import models_files

FILES = {
    "_rest/models/common.py": """
class Tag: ...
""",
    "_rest/models/databases.py": """
from astra_devops._rest.models.common import Tag


class Status: ...


class Database:
    status: Status | str
    tags: "list[Tag] | None"
    copies: "list[Database]"


class Request: ...


class Filter: ...


class Choice: ...
""",
    "resources/_aliases.py": """
from astra_devops._rest.models.databases import Choice

Chosen = Choice | str | list["Chosen"]
""",
    "resources/databases.py": """
from astra_devops._rest.models.databases import Database, Filter, Request
from astra_devops.resources._aliases import Chosen


class AsyncDatabases:
    async def get(self, choice: Chosen, *filters: Filter) -> "Database | None": ...

    async def _send(self, request: Request) -> None: ...
""",
}


@pytest.fixture
def module(tmp_path: Path) -> ast.Module:
    """The module that is generated from a small package."""
    package = tmp_path / "astra_devops"
    for name, text in FILES.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return ast.parse(models_files(package)["models/__init__.py"])


def value_of(module: ast.Module, name: str) -> object:
    (value,) = (node.value for node in module.body if isinstance(node, ast.Assign | ast.AnnAssign) and name in ast.unparse(node))
    assert value is not None
    return ast.literal_eval(value)


def test_models_of_public_methods_are_public_with_the_models_in_them(module: ast.Module) -> None:
    assert value_of(module, "__all__ =") == ["Choice", "Database", "Filter", "Status", "Tag"]


def test_each_model_is_imported_from_its_own_module(module: ast.Module) -> None:
    homes = {"Choice": "databases", "Database": "databases", "Filter": "databases", "Status": "databases", "Tag": "common"}
    assert value_of(module, "_HOMES") == homes
    text = ast.unparse(module)
    assert "if TYPE_CHECKING:\n    from astra_devops._rest.models.databases import Choice, Database, Filter, Status" in text
    assert "    from astra_devops._rest.models.common import Tag" in text


def test_every_public_model_can_be_imported_and_an_unknown_name_cannot() -> None:
    assert [name for name in models.__all__ if getattr(models, name).__name__ != name] == []
    assert set(models.__all__) <= set(dir(models))
    with pytest.raises(AttributeError, match="DatabaseInfoCreate"):
        models.DatabaseInfoCreate  # noqa: B018
