"""The docstrings of blocking classes, made from those of their async counterparts."""

import ast
import re
import textwrap
from collections.abc import Mapping
from typing import Final

DocumentedNode = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

BRIDGE: Final = """
bridge: Event loop thread that runs this client, to share one among clients; by default
    each client has its own.
""".strip()

CLIENT_TEXT: Final = """
A client of the Astra DevOps API, for code that blocks.

>>> with {name}() as astra:
...     operation = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
...     database = operation.wait()

Creating a client reads no file and opens no connection. Calls run on an event loop in a thread
of its own, which the first call starts. Any number of threads may share a client, and a child
process may go on using it after ``fork``. Ctrl-C during a call cancels the call and leaves
nothing running.

Callbacks that are plain functions run in a worker thread, and may call this client. Async
callbacks run on the event loop of the client, where only ``Async{name}`` may be used. An
observer runs there too. A call from inside a running event loop blocks that loop until the call
returns.

It has one attribute for each resource, such as ``databases``, ``users`` or ``access_lists``.
""".strip()

_REPLACEMENTS: Final = (
    (re.compile(r"\basync (with|for|def)\b"), r"\1"),
    (re.compile(r"\basyncio\.run\((\w+\(.*?\))\)"), r"\1"),
    # Only before a call or an attribute: in prose, "await" is a verb.
    (re.compile(r"\bawait (?=\w+(?:\.\w|\())"), ""),
    (re.compile(r"\baclose\b"), "close"),
)


def blocking_text(text: str, names: Mapping[str, str]) -> str:
    """Return a docstring without ``async`` and ``await``, and with the blocking class names."""
    for pattern, replacement in _REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return re.sub(r"\bAsync\w+", lambda match: names.get(match[0], match[0]), text)


def docstring(node: DocumentedNode, names: Mapping[str, str], indent: str, *, arguments: str = "") -> str:
    """Render the docstring of the blocking form of ``node``; empty if it has none.

    ``arguments`` are added to the end of its Args section.
    """
    text = ast.get_docstring(node)
    if text is None:
        return ""
    text = blocking_text(text, names)
    if arguments:
        text = _with_arguments(text, arguments)
    return quoted(text, indent)


def quoted(text: str, indent: str) -> str:
    """Render a text as a docstring whose value is that text."""
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
    return f"{before}\n{textwrap.indent(arguments, '    ')}\n{text[end:]}".rstrip()
