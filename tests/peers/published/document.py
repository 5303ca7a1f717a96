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


def read(path: Path, *, with_unknown_required: bool = False) -> Document:
    """Return the file as OpenAPI 3.1, its defects repaired: as it is, no validator reads it.

    ``with_unknown_required`` keeps what it requires without declaring it. Validators can check
    that, so a server does; but no request can be made from it.
    """
    written = load(path)
    repaired = repair(written, lambda *_: None)
    if with_unknown_required:
        _restore_required(written, repaired)
    return effective(repaired)


def _restore_required(written: Any, repaired: Any) -> None:
    if isinstance(written, list) and isinstance(repaired, list):
        for one, other in zip(written, repaired, strict=False):
            _restore_required(one, other)
    if not isinstance(written, dict) or not isinstance(repaired, dict):
        return
    required = written.get("required")
    if isinstance(required, list) and "properties" in written and all(isinstance(name, str) for name in required):
        repaired["required"] = list(dict.fromkeys(required))
    for key in written.keys() & repaired.keys() - {"required"}:
        _restore_required(written[key], repaired[key])
