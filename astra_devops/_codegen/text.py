"""Text of a document as source code: in a literal, an f-string or a docstring.

This is the only way for text of a document to get into generated code, except for names.
"""

import re
import textwrap
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 140
"""Columns of code."""
PROSE_WIDTH: Final = 100
"""Columns of docstrings."""
_TYPOGRAPHY: Final = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..."}
)
_BULLET: Final = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


def literal(text: str) -> str:
    """Return a string literal whose value is the text."""
    return f'"{_escaped(text)}"'


def f_string_part(text: str) -> str:
    """Return the text as a part of an f-string in double quotes."""
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
    """Return a text on one line, without invisible characters and with plain quotes and dashes."""
    text = text.translate(_TYPOGRAPHY)
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def sentence(text: str, default: str = "") -> str:
    """Return a text on one line that ends like a sentence; ``default`` replaces an empty text."""
    line = plain(text) or default
    return line if not line or line[-1] in ".!?:" else line + "."


def paragraphs(text: str) -> list[str]:
    """Split a text into paragraphs, each on one line. List items count as paragraphs."""
    result: list[str] = []
    starts_paragraph = True
    for line in text.splitlines():
        content = plain(line)
        if not content:
            starts_paragraph = True
        elif starts_paragraph or _BULLET.match(line):
            result.append(content)
            starts_paragraph = False
        else:
            result[-1] += " " + content
    return result


def wrapped(text: str, indent: int, hanging: int = 0) -> list[str]:
    """Wrap a line of text for a place that is indented by ``indent`` columns.

    All lines but the first begin with ``hanging`` spaces.
    """
    width = PROSE_WIDTH - indent
    return textwrap.wrap(text, width, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False)


def _is_raw(lines: Sequence[str]) -> bool:
    """Return whether the lines can stand in a raw docstring, and have a backslash that needs it."""
    text = "\n".join(lines)
    ends_alone = len(lines) > 1 or not text.endswith(("\\", '"'))
    return "\\" in text and '"""' not in text and ends_alone


def _inside_docstring(line: str, is_last: bool) -> str:
    head, last = (line[:-1], '\\"') if is_last and line.endswith('"') else (line, "")
    return head.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') + last


def docstring(lines: Sequence[str], indent: int) -> str:
    """Return a docstring of the lines, for a place that is indented by ``indent`` columns."""
    is_raw = _is_raw(lines)
    escaped = list(lines) if is_raw else [_inside_docstring(line, len(lines) == 1) for line in lines]
    start = 'r"""' if is_raw else '"""'
    if len(escaped) == 1:
        return start + escaped[0] + '"""'
    margin = " " * indent
    return start + "\n".join([escaped[0], *((margin + line) if line else "" for line in escaped[1:]), margin + '"""'])
