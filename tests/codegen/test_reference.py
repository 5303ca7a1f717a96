"""The reference has one entry for each public name, and one for each method of a class."""

import importlib
import inspect
import re
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

import astra_devops
from astra_devops import blocking
from astra_devops._codegen.site.public_names import PUBLIC_MODULES
from astra_devops._codegen.site.reference import reference_pages

PAGES: Final = reference_pages(Path(astra_devops.__file__).parent)
# Code has comments, which would look like headings.
TEXTS: Final = {name: re.sub(r"^( *)```.*?^\1```$", "CODE", page, flags=re.DOTALL | re.MULTILINE) for name, page in PAGES.items()}
ENTRIES: Final = [entry for name, text in TEXTS.items() if name != "index.md" for entry in re.split(r"^## ", text, flags=re.MULTILINE)[1:]]
# Described once, and inherited by all models.
SHARED: Final = ["BaseModel"]


def public_names() -> set[tuple[str, str]]:
    """Return what users can import: modules that define it, and names of the async forms."""
    found: set[tuple[str, str]] = set()
    for module in PUBLIC_MODULES:
        namespace = importlib.import_module(f"astra_devops.{module}".rstrip("."))
        for name in namespace.__all__:
            value = getattr(namespace, name)
            if name.startswith("__") or isinstance(value, ModuleType):
                continue
            if name != "Bridge" and value is getattr(blocking, name, None):
                found.add(("", f"Async{name}"))
            elif not name.startswith("Async"):
                found.add((getattr(value, "__module__", module), name))
            else:
                found.add(("", name))
    return found


def test_no_public_module_is_forgotten() -> None:
    package = Path(astra_devops.__file__).parent
    modules = {path.stem for path in package.iterdir() if not path.name.startswith("_") and (path.suffix == ".py" or path.is_dir())}
    # These are for programs that call them by name, or are reached by the attributes of a client.
    assert modules - set(PUBLIC_MODULES) == {"client", "operations", "pytest_plugin", "resources"}


def test_every_public_name_has_one_entry() -> None:
    assert Counter(entry.partition("\n")[0] for entry in ENTRIES) == Counter([*(name for _, name in public_names()), *SHARED])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.partition("\n")[0])
def test_an_entry_has_words_and_names_each_method_once(entry: str) -> None:
    _, *paragraphs = [part for part in entry.split("\n\n") if part.strip() not in ("", "CODE")]
    assert paragraphs
    methods = Counter(re.findall(r"^### (\w+)$", entry, re.MULTILINE))
    assert [name for name, count in methods.items() if count > 1] == []


def test_every_public_call_is_in_the_reference() -> None:
    entries = {entry.partition("\n")[0]: entry for entry in ENTRIES}
    for name in blocking.__all__:
        cls = getattr(blocking, name)
        calls = {call for call, _ in inspect.getmembers(cls, inspect.isfunction) if not call.startswith("_")}
        entry = name if name == "Bridge" else f"Async{name}"
        calls -= {"async_operation", "async_pager"} | ({"close"} if name == "AstraDevOps" else set())
        assert calls <= set(re.findall(r"^### (\w+)$", entries[entry], re.MULTILINE)), name
    assert "aclose" in entries["AsyncAstraDevOps"]
    assert '=== "Blocking"' in PAGES["databases.md"]
