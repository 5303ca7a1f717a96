"""Text of a document on its way into source code: as a literal, inside an f-string, or in a docstring. It never gets there otherwise."""

import re
import textwrap
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 140
"""Columns of code."""
PROSE_WIDTH: Final = 100
"""Columns of docstrings."""
_BULLET: Final = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


def literal(text: str) -> str:
    """Return a string literal whose value is the text."""
    return f'"{_escaped(text)}"'


def f_string_part(text: str) -> str:
    """Return what stands for the text inside an f-string in double quotes."""
    return _escaped(text).replace("{", "{{").replace("}", "}}")


def literals(texts: Sequence[str]) -> str:
    """Return a tuple of string literals."""
    return f"({''.join(literal(text) + ', ' for text in texts)})" if texts else "()"


def _escaped(text: str) -> str:
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if character in '\\"':
        return "\\" + character
    if character.isprintable():
        return character
    return character.encode("unicode_escape", "surrogatepass").decode()


def plain(text: str) -> str:
    """Return a text on one line, without characters that a reader cannot see."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def sentence(text: str, otherwise: str = "") -> str:
    """Return a text on one line that ends as a sentence does; ``otherwise`` stands in for an empty one."""
    line = plain(text) or otherwise
    return line if not line or line[-1] in ".!?:" else line + "."


def paragraphs(text: str) -> list[str]:
    """Split a text into paragraphs, each on one line; list items count as paragraphs."""
    result: list[str] = []
    fresh = True
    for line in text.splitlines():
        content = plain(line)
        if not content:
            fresh = True
        elif fresh or _BULLET.match(line):
            result.append(content)
            fresh = False
        else:
            result[-1] += " " + content
    return result


def wrapped(text: str, indent: int, hanging: int = 0) -> list[str]:
    """Break a line of text so that it fits behind ``indent`` columns; the lines after the first hang by ``hanging`` columns."""
    width = PROSE_WIDTH - indent
    return textwrap.wrap(text, width, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False)


def _inside_docstring(line: str) -> str:
    head, last = (line[:-1], '\\"') if line.endswith('"') else (line, "")
    return head.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') + last


def docstring(lines: Sequence[str], indent: int) -> str:
    """Return a docstring literal of the lines, the first already behind ``indent`` columns."""
    shown = [_inside_docstring(line) for line in lines]
    if len(shown) == 1:
        return '"""' + shown[0] + '"""'
    margin = " " * indent
    return '"""' + "\n".join([shown[0], *((margin + line) if line else "" for line in shown[1:]), margin + '"""'])
