"""The tables of faults and quirks in docs/emulator.md, read from the source of the emulator."""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from astra_devops._codegen.pages.marks import replace_between_marks

_SWITCH: Final = {"True": "on", "False": "off"}
_RESULTS: Final = ("ScriptedFault", "None")
"""What the methods return that add a fault, and those that remove some."""
_FREQUENCY: Final = "Unpack[Frequency]"
"""The annotation of the arguments ``times`` and ``probability``."""


def with_tables(guide: str, package: Path) -> str:
    """Return the guide with up-to-date tables."""
    for name, table in _TABLES.items():
        guide = replace_between_marks(guide, name, table(package))
    return guide


def faults_table(package: Path) -> str:
    """Return a table with a row for each public method that adds or removes faults."""
    methods = (node for node in _body(package, "faults/faults", "Faults") if isinstance(node, ast.FunctionDef))
    faults = [node for node in methods if not node.name.startswith("_") and ast.unparse(node.returns or node) in _RESULTS]
    rows = (f"| `{_call(node)}` | {_markdown((ast.get_docstring(node) or '').partition(chr(10))[0])} |" for node in faults)
    return "\n".join(["| `astra_emulator.faults.` | what happens |", "|---|---|", *rows, ""])


def quirks_table(package: Path) -> str:
    """Return a table with a row for each quirk: its default and its description."""
    rows = (f"| `{name}` | {_SWITCH.get(default, f'`{default}`')} | {what} |" for name, default, what in _quirks(package))
    return "\n".join(["| quirk | default | what it is |", "|---|---|---|", *rows, ""])


_TABLES: Final[dict[str, Callable[[Path], str]]] = {"faults": faults_table, "quirks": quirks_table}


def _body(package: Path, module: str, name: str) -> list[ast.stmt]:
    tree = ast.parse((package / f"emulator/{module}.py").read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    return body


def _call(method: ast.FunctionDef) -> str:
    """Return a call with the names of the arguments, the optional ones in brackets."""
    arguments = method.args
    positional = [argument.arg for argument in arguments.args[1:]]
    required = len(positional) - len(arguments.defaults)
    words = positional[:required] + [f"[{name}]" for name in positional[required:]]
    keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    words += [f"{argument.arg}=" if default is None else f"[{argument.arg}=]" for argument, default in keywords]
    takes_frequency = arguments.kwarg is not None and ast.unparse(arguments.kwarg.annotation or ast.Constant(None)) == _FREQUENCY
    return f"{method.name}({', '.join([*words, *(['...'] if takes_frequency else [])])})"


def _quirks(package: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the name, default and description of each quirk.

    A quirk is an assignment with a string after it, in one of the classes that ``Quirks`` joins.
    """
    home = package / "emulator/state/quirks"
    classes = {
        node.name: (path, node)
        for path in home.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    for base in classes["Quirks"][1].bases:
        path, cls = classes[ast.unparse(base)]
        for field, description in pairwise(cls.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value is not None:
                yield field.target.id, ast.unparse(field.value), _description(path, description)


def _description(path: Path, node: ast.stmt) -> str:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
        raise ValueError(f"{path}, line {node.lineno}: a quirk must be followed by its description, a string")
    return _markdown(node.value.value)


def _markdown(text: str) -> str:
    """Convert the markup of docstrings to that of a table cell."""
    plain = re.sub(r":\w+:(?=`)", "", " ".join(text.split()))
    linked = re.sub(r"docs/evidence\.md#([a-z0-9-]+)", r"[\1](evidence.md#\1)", plain)
    return linked.replace("``", "`").replace("|", "\\|")
