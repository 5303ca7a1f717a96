"""The whole way of a document: from the loaded dict to the text of every generated file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from .check import check
from .documentation import module_doc
from .effective import effective
from .errors import Node, SpecError, Warn
from .model import Model
from .overlay import apply
from .parse import parse
from .render import contract_module, render
from .repair import repair


@contextmanager
def _noting(where: str) -> Iterator[None]:
    """Say of a refusal in which document its pointer points."""
    try:
        yield
    except SpecError as error:
        raise SpecError(error.pointer, f"({where}) {error.message}") from error


def understand(document: Node, overlay: Node | None, warn: Warn) -> tuple[Node, Model]:
    """Repair, check, overlay and parse a document: the effective document, and the model of it."""
    document = repair(document, warn)
    check(document)
    if overlay is not None:
        with _noting("in the overlay"):
            document = apply(document, overlay)
        with _noting("with the overlay applied"):
            check(document)
    return document, parse(document, warn)


def generate(document: Node, overlay: Node | None, warn: Warn, *, package: str | None, source: str) -> dict[str, str]:
    """Return the unformatted files of ``_rest/`` and ``_contract/`` by path."""
    try:
        document, model = understand(document, overlay, warn)
    except RecursionError as error:
        raise SpecError("", "the document is nested too deep") from error
    files = {f"_rest/{name}": text for name, text in render(model, package=package, source=source).items()}
    files["_contract/__init__.py"] = contract_module(module_doc("The contract with its overlay applied", source))
    files["_contract/effective.json"] = json.dumps(effective(document), indent=1) + "\n"
    return files
