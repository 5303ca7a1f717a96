"""The tables of docs/emulator.md: its faults and its quirks, read from the source of the emulator."""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

_SWITCH: Final = {"True": "on", "False": "off"}
_OFTEN: Final = "Unpack[Frequency]"
"""What the annotation of ``times`` and ``probability`` is."""


def with_tables(guide: str, package: Path) -> str:
    """Put each table between its two marks."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}: written by python -m astra_devops._codegen -->", f"<!-- end of {name} -->"
        head, _, rest = guide.partition(begin)
        _, mark, tail = rest.partition(end)
        if not mark:
            raise ValueError(f"docs/emulator.md lacks the marks {begin!r} and {end!r}")
        guide = f"{head}{begin}\n\n{table(package)}\n{end}{tail}"
    return guide


def faults_table(package: Path) -> str:
    """Write a row for each fault: a public method that gives nothing back."""
    methods = (node for node in _body(package, "faults/faults", "Faults") if isinstance(node, ast.FunctionDef))
    faults = [node for node in methods if not node.name.startswith("_") and ast.unparse(node.returns or node) == "None"]
    rows = (f"| `{_call(node)}` | {_markdown((ast.get_docstring(node) or '').partition(chr(10))[0])} |" for node in faults)
    return "\n".join(["| `astra_emulator.faults.` | what happens |", "|---|---|", *rows, ""])


def quirks_table(package: Path) -> str:
    """Write a row for each quirk, with its default and its evidence."""
    rows = (f"| `{name}` | {_SWITCH.get(default, f'`{default}`')} | {what} |" for name, default, what in _quirks(package))
    return "\n".join(["| quirk | default | what it is |", "|---|---|---|", *rows, ""])


TABLES: Final[dict[str, Callable[[Path], str]]] = {"faults": faults_table, "quirks": quirks_table}


def _body(package: Path, module: str, name: str) -> list[ast.stmt]:
    tree = ast.parse((package / f"emulator/{module}.py").read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    return body


def _call(method: ast.FunctionDef) -> str:
    """Spell a call by the names of the arguments, those that one may leave out in brackets."""
    arguments = method.args
    positional = [argument.arg for argument in arguments.args[1:]]
    needed = len(positional) - len(arguments.defaults)
    words = positional[:needed] + [f"[{name}]" for name in positional[needed:]]
    words += [f"[{argument.arg}=]" for argument in arguments.kwonlyargs]
    often = arguments.kwarg is not None and ast.unparse(arguments.kwarg.annotation or ast.Constant(None)) == _OFTEN
    return f"{method.name}({', '.join([*words, *(['...'] if often else [])])})"


def _quirks(package: Path) -> Iterator[tuple[str, str, str]]:
    """Give name, default and description of each: an assignment, and the string that follows it."""
    body = _body(package, "state/quirks", "Quirks")
    for field, note in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value is not None:
            yield field.target.id, ast.unparse(field.value), _description(note)


def _description(note: ast.stmt) -> str:
    if not (isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant) and isinstance(note.value.value, str)):
        raise ValueError(f"emulator/state/quirks.py, line {note.lineno}: a quirk without a description")
    return _markdown(note.value.value)


def _markdown(text: str) -> str:
    """Turn the mark-up of docstrings into that of a cell."""
    plain = re.sub(r":\w+:(?=`)", "", " ".join(text.split()))
    linked = re.sub(r"docs/evidence\.md#([a-z0-9-]+)", r"[\1](evidence.md#\1)", plain)
    return linked.replace("``", "`").replace("|", "\\|")
