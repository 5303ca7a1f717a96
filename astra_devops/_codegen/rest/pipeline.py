"""All steps from a loaded document to the text of the generated files."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from astra_devops._codegen.errors import Node, SpecError, Warn
from astra_devops._codegen.rest.check import check
from astra_devops._codegen.rest.documentation import module_head
from astra_devops._codegen.rest.effective import effective
from astra_devops._codegen.rest.model import Model
from astra_devops._codegen.rest.overlay import apply
from astra_devops._codegen.rest.parse import parse
from astra_devops._codegen.rest.render import contract_module, render
from astra_devops._codegen.rest.repair import repair


@contextmanager
def _errors_name(document: str) -> Iterator[None]:
    """Add to errors which document their pointer is about."""
    try:
        yield
    except SpecError as error:
        raise SpecError(error.pointer, f"({document}) {error.message}") from error


def understand(document: Node, overlay: Node | None, warn: Warn) -> tuple[Node, Model]:
    """Repair, check, overlay and parse a document. Return the effective document and its model."""
    document = repair(document, warn)
    check(document)
    if overlay is not None:
        with _errors_name("in the overlay"):
            document = apply(document, overlay)
        with _errors_name("with the overlay applied"):
            check(document)
    return document, parse(document, warn)


def generate(document: Node, overlay: Node | None, warn: Warn, *, package: str | None, source: str) -> dict[str, str]:
    """Return the unformatted text of the files of ``_rest/`` and ``_contract/`` by path."""
    try:
        document, model = understand(document, overlay, warn)
    except RecursionError as error:
        raise SpecError("", "the document is nested too deeply") from error
    files = {f"_rest/{name}": text for name, text in render(model, package=package, source=source).items()}
    files["_contract/__init__.py"] = contract_module(module_head("The contract with its overlay applied", source))
    files["_contract/effective.json"] = json.dumps(effective(document), indent=1) + "\n"
    return files
