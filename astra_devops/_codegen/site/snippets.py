"""The blocking form of an asynchronous snippet."""

import ast
import io
import keyword
import re
import textwrap
import tokenize
from itertools import pairwise
from typing import Final

_RENAMES: Final = {
    "AsyncAstraDevOps": "AstraDevOps",
    "AsyncOperation": "Operation",
    "AsyncPager": "Pager",
    "async_astra": "astra",
    "async_client": "client",
    "aclose": "close",
}
# Where one of these remains, the snippet shows something that only asynchronous code has.
_ONLY_ASYNC: Final = re.compile(r"\b(?:asyncio|anyio|TaskGroup|Recorder|Replay)\b")


def blocking_snippet(source: str) -> str | None:
    """Return a program without ``async`` and ``await``, or None if it has no blocking form.

    A snippet has none if it is blocking already, or if it uses asyncio for more than to start.

    Raises:
        SyntaxError: The snippet is not Python, or its blocking form is not.
    """
    if not any(isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith | ast.AsyncFunctionDef) for node in ast.walk(ast.parse(source))):
        return None
    text = re.sub(r"^import asyncio\n+", "", source, flags=re.MULTILINE)
    text = re.sub(r"\basyncio\.run\(main\(\)\)", "main()", text)
    text = text.replace("async with Emulator()", "async with Emulator.running()")
    text = _without_async(text)
    if _ONLY_ASYNC.search(text):
        return None
    ast.parse(text)
    return _unwrapped(text).lstrip("\n")


def _without_async(source: str) -> str:
    lines = source.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    needless = _needless_parentheses(tokens)
    for token, after in reversed(list(pairwise(tokens))):
        if token.start in needless:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column] + lines[row - 1][column + 1 :]
        if token.type != tokenize.NAME:
            continue
        (row, begin), (_, end) = token.start, token.end
        line = lines[row - 1]
        if token.string in ("async", "await"):
            lines[row - 1] = line[:begin] + line[after.start[1] :]
        elif token.string in _RENAMES:
            lines[row - 1] = line[:begin] + _RENAMES[token.string] + line[end:]
    return "".join(lines)


def _needless_parentheses(tokens: list[tokenize.TokenInfo]) -> set[tuple[int, int]]:
    """Return where parentheses are that only ``await`` needs, as in ``(await call()).name``."""
    needless: set[tuple[int, int]] = set()
    open_ones: list[tokenize.TokenInfo | None] = []
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.string in "([{" and token.type == tokenize.OP:
            is_call = before.string in (")", "]") or (before.type == tokenize.NAME and not keyword.iskeyword(before.string))
            open_ones.append(token if token.string == "(" and after.string == "await" and not is_call else None)
        elif token.string in ")]}" and token.type == tokenize.OP:
            opening = open_ones.pop()
            if opening is not None and opening.start[0] == token.start[0] and after.string in (".", "["):
                needless |= {opening.start, token.start}
    return needless


def _unwrapped(text: str) -> str:
    """Write ``main`` without a function, as scripts that block are written."""
    match = re.fullmatch(r"(.*?)^def main\(\):\n(.*?)\n+^main\(\)\n*", text, re.MULTILINE | re.DOTALL)
    if match is None or re.search(r"^\s+return\b", match[2], re.MULTILINE):
        return text
    head = match[1].rstrip()
    distance = "\n\n\n" if head.rpartition("\n")[2].startswith(" ") else "\n\n"  # after a function
    return f"{head}{distance}{textwrap.dedent(match[2]).rstrip()}\n"
