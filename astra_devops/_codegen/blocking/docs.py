"""Turning the docstrings of async classes into those of their blocking twins."""

import ast
import re
import textwrap
from collections.abc import Mapping

DocumentedNode = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

BRIDGE = "bridge: the event loop thread to live on, to share one among clients; by default the client has its own."

CLIENT_TEXT = """
A client of the Astra DevOps API, for code that blocks.

>>> with {name}() as astra:
...     operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
...     database = operation.wait()

Constructing it reads no file and opens no connection. Calls run on an event loop in a thread of its own, which the first one starts.
Any number of threads may share a client, and a child after ``fork`` may go on with it. Ctrl-C during a call cancels it and leaves
nothing running.

Callbacks that are plain functions run in a worker thread, and may call this client. Those that are async run on its event loop,
where only ``Async{name}`` may be used, and so does an observer. Called from inside a running event loop, this client holds that
loop up for the length of the call.
""".strip()

_SPELLINGS = (
    (re.compile(r"\basync (with|for|def)\b"), r"\1"),
    (re.compile(r"\basyncio\.run\((\w+\(.*?\))\)"), r"\1"),
    # Only before a call or an attribute: in prose, "await" is a verb.
    (re.compile(r"\bawait (?=\w+(?:\.\w|\())"), ""),
    (re.compile(r"\baclose\b"), "close"),
)


def blocking_text(text: str, names: Mapping[str, str]) -> str:
    """Spell a docstring the blocking way: no ``async`` and ``await``, and the names of the blocking classes."""
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    return re.sub(r"\bAsync\w+", lambda found: names.get(found[0], found[0]), text)


def docstring(node: DocumentedNode, names: Mapping[str, str], indent: str, *, arguments: str = "") -> str:
    """Render the docstring of the twin of ``node``; empty if it has none.

    ``arguments`` go to the end of its Args section.
    """
    text = ast.get_docstring(node)
    if text is None:
        return ""
    text = blocking_text(text, names)
    if arguments:
        text = _with_arguments(text, arguments)
    return quoted(text, indent)


def quoted(text: str, indent: str) -> str:
    """Render text as a docstring that reads back the same."""
    raw = "r" if "\\" in text and '"""' not in text else ""
    if not raw:
        text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if text.endswith(('"', "\\")):
        text += " "
    end = f"\n{indent}" if "\n" in text else ""
    return f'{indent}{raw}"""{textwrap.indent(text, indent).lstrip()}{end}"""\n'


def _with_arguments(text: str, arguments: str) -> str:
    section = re.search(r"^Args:\n(?:[ ]+\S.*\n?|\n(?=[ ]))*", text, re.MULTILINE)
    if section is None:
        return text
    end = section.end()
    before = text[:end].rstrip("\n")
    return f"{before}\n    {arguments}\n{text[end:]}".rstrip()
