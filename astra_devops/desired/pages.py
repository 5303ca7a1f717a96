"""A plan as Markdown and as a page of HTML, for a review."""

import html
from collections.abc import Mapping, Sequence
from typing import Final

from astra_devops._secret import printable

Texts = Mapping[str, Sequence[str]]
"""The texts of the changes, by what a plan does."""

_TITLES: Final[Mapping[str, str]] = {
    "create": "Create",
    "update": "Change",
    "replace": "Cannot be changed in place",
    "remove": "Remove",
}

_STYLE: Final = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
pre { padding: .75rem; border-left: .3rem solid light-dark(#59636e, #9198a1); white-space: pre-wrap; overflow-wrap: anywhere;
  background: light-dark(#f6f8fa, #151b23); }
pre.create { border-color: light-dark(#1a7f37, #3fb950); }
pre.update { border-color: light-dark(#9a6700, #d29922); }
pre.replace, pre.remove { border-color: light-dark(#d1242f, #f85149); }
"""


def markdown_of(summary: str, texts: Texts) -> str:
    """Return a plan as Markdown."""
    parts = [f"# Plan\n\n{summary}\n"]
    for action, title in _TITLES.items():
        if changes := texts.get(action):
            parts.append(f"## {title}\n")
            parts += [f"{_fenced(_lines(change))}\n" for change in changes]
    return "\n".join(parts)


def html_of(summary: str, texts: Texts) -> str:
    """Return a plan as a page of HTML that loads nothing."""
    parts = [f"<h1>Plan</h1>\n<p>{html.escape(summary)}</p>"]
    for action, title in _TITLES.items():
        if changes := texts.get(action):
            parts.append(f"<h2>{title}</h2>")
            parts += [f'<pre class="{action}">{html.escape(_lines(change))}</pre>' for change in changes]
    head = f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>Plan</title>\n<style>\n{_STYLE}</style>'
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n'


def _lines(text: str) -> str:
    return "\n".join(map(printable, text.splitlines()))


def _fenced(text: str) -> str:
    # A fence must be longer than any run of backticks in what it encloses.
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}diff\n{text}\n{fence}"
