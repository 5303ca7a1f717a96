"""The published file: where it is on this machine, and reading it for validators."""

import os
from pathlib import Path
from typing import Any, Final

import pytest

from astra_devops._codegen.rest.effective import effective
from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.repair import repair

VARIABLE: Final = "ASTRA_PUBLISHED_FILE"
MISSING: Final = (
    f"{VARIABLE} must be the path of the OpenAPI file that the vendor publishes for the DevOps API, which this project does not have. "
    'Get a copy from where docs/evidence.md says under "Sources" (published file), store it outside of the checkout, and run: '
    f"{VARIABLE}=/path/to/the/file.json nox -s published"
)
Document = dict[str, Any]


def published_file() -> Path:
    """Return the path that the environment names.

    Without it, the run ends with a message that says how to get the file.
    """
    path = Path(os.environ.get(VARIABLE, ""))
    if not path.is_file():
        pytest.exit(MISSING, returncode=2)
    return path


def read(path: Path) -> Document:
    """Return the file as OpenAPI 3.1, its defects repaired: as it is, no validator reads it."""
    return effective(repair(load(path), lambda *_: None))


def resolve(document: Document, node: Document) -> Document:
    """Return the node that a reference leads to."""
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
