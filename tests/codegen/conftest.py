"""Small documents, and shortcuts through the generator."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.model import Model
from astra_devops._codegen.rest.pipeline import generate, understand

FIXTURES = Path(__file__).parent / "fixtures"


class Draft:
    """A small valid document for a test to change, and the results of the generator."""

    def __init__(self) -> None:
        self.warnings: list[tuple[str, str, str]] = []
        self.operation: dict[str, Any] = {
            "operationId": "getThing",
            "tags": ["Things"],
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "string"}}}}},
        }
        self.schemas: dict[str, Any] = {}
        self.document: dict[str, Any] = {
            "openapi": "3.0.3",
            "info": {"title": "Things", "version": "1"},
            "paths": {"/things": {"get": self.operation}},
            "components": {"schemas": self.schemas},
        }

    def answer(self, schema: dict[str, Any]) -> "Draft":
        """Set the schema of the answer."""
        self.operation["responses"]["200"]["content"]["application/json"]["schema"] = schema
        return self

    def parameter(self, **parameter: Any) -> "Draft":
        """Add a parameter to the operation."""
        self.operation.setdefault("parameters", []).append({"in": "query", "schema": {"type": "string"}, **parameter})
        return self

    def at(self, path: str) -> "Draft":
        """Move the operation to another path."""
        self.document["paths"] = {path: {"get": self.operation}}
        return self

    def _warn(self, pointer: str, wrong: str, done: str) -> None:
        self.warnings.append((pointer, wrong, done))

    def repaired(self) -> dict[str, Any]:
        """Return the document after repair and check."""
        document, _ = understand(copy.deepcopy(self.document), None, self._warn)
        return document

    def model(self) -> Model:
        """Return the model of the document."""
        _, model = understand(copy.deepcopy(self.document), None, self._warn)
        return model

    def files(self) -> dict[str, str]:
        """Return the unformatted generated files."""
        return generate(copy.deepcopy(self.document), None, self._warn, package=None, source="a test")


@pytest.fixture
def draft() -> Draft:
    """A small valid document."""
    return Draft()


@pytest.fixture
def new_draft() -> Callable[[], Draft]:
    """A function that makes small valid documents."""
    return Draft


@pytest.fixture
def column() -> dict[str, Any]:
    """A small part of the service's contract."""
    return load(FIXTURES / "column.yaml")


@pytest.fixture
def fixtures() -> Path:
    """The folder with the documents of these tests."""
    return FIXTURES
