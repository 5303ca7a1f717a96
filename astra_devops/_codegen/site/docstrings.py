"""Docstrings in the form that this project writes them, as Markdown."""

import re
import textwrap
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from astra_devops._codegen.site.pages import with_tabs

_SECTIONS: Final = {
    "Args": "Arguments",
    "Attributes": "Attributes",
    "Raises": "Raises",
    "Returns": "Returns",
    "Yields": "Yields",
}
_ENTRY: Final = re.compile(r"^(\*{0,2}[\w. ,]+?): (.*)", re.DOTALL)


def as_markdown(doc: str) -> str:
    """Return a docstring as Markdown: roles as code, sections as lists, examples as blocks."""
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?([\w.]+)`", r"`\1`", doc)
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    return "\n\n".join(_blocks(text))


def _blocks(text: str) -> Iterator[str]:
    is_literal = False
    for block in _paragraphs(text):
        head, _, rest = block.partition("\n")
        title = _SECTIONS.get(head.rstrip(":")) if head.endswith(":") else None
        if title:
            yield f"**{title}**"
            yield _section(textwrap.dedent(rest), is_list=title not in ("Returns", "Yields"))
        elif block.startswith(">>>"):
            yield with_tabs(f"```python\n{_without_prompts(block)}\n```")
        elif is_literal and block.startswith(" "):
            yield f"```text\n{textwrap.dedent(block)}\n```"
            continue
        elif block.strip() != "::":
            yield block.removesuffix("::").rstrip() + (":" if block.endswith("::") else "")
        is_literal = block.endswith("::")


def _paragraphs(text: str) -> Iterator[str]:
    """Split at empty lines, but leave sections and indented blocks whole."""
    blocks: list[list[str]] = []
    for is_empty, lines in groupby(text.splitlines(), key=lambda line: not line.strip()):
        block = list(lines)
        if is_empty:
            continue
        if blocks and block[0].startswith(" ") and (blocks[-1][0].startswith(" ") or blocks[-1][0].rstrip(":") in _SECTIONS):
            blocks[-1] += ["", *block]
        else:
            blocks.append(block)
    return ("\n".join(block) for block in blocks)


def _section(text: str, *, is_list: bool) -> str:
    if not is_list:
        return text
    entries = re.split(r"\n(?=\S)", text)
    return "\n".join(_entry(" ".join(entry.split())) for entry in entries)


def _entry(text: str) -> str:
    match = _ENTRY.match(text)
    return f"- `{match[1]}`: {match[2]}" if match else f"- {text}"


def _without_prompts(block: str) -> str:
    return "\n".join(
        line[4:] if line.startswith((">>> ", "... ")) else "" if line in (">>>", "...") else f"# {line}" for line in block.splitlines()
    )
