"""The hand-written pages as the site shows them: with tabs, and without links out of the site."""

import re
import textwrap
from pathlib import Path
from typing import Final

from astra_devops._codegen.site.snippets import blocking_snippet

_BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LANGUAGES: Final = {"py": "python", "yml": "yaml", "ini": "ini"}
_EXAMPLE: Final = re.compile(rf"examples/([\w/]+\.({'|'.join(_LANGUAGES)}))")
_LINK: Final = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+)([^)#]+)(?:#[^)]*)?\)")


def with_tabs(page: str) -> str:
    """Return a page whose asynchronous snippets have a second tab with their blocking form."""
    return _BLOCK.sub(_tabs, page)


def without_outside_links(page: str, depth: int) -> str:
    """Return a page that names files of the repository as text where it linked to them.

    A link to an example leads to its source on the page of examples.

    ``depth`` is the number of folders that the page is in: a link that goes further up leaves the
    site.
    """

    def replace(match: re.Match[str]) -> str:
        text, up, path = match.groups()
        if len(up) <= 3 * depth:
            return match[0]
        example = _EXAMPLE.fullmatch(path)
        return f"[{text}]({'../' * depth}examples.md#{_anchor(example[1])})" if example else f"{text} (`{path}`)"

    return _LINK.sub(replace, page)


def with_sources(page: str, root: Path) -> str:
    """Return the page of examples with the source of each example that it links to."""
    parts = [page.rstrip(), "## Sources"]
    for path in dict.fromkeys(match[3] for match in _LINK.finditer(page)):
        if example := _EXAMPLE.fullmatch(path):
            source = (root / path).read_text(encoding="utf-8").rstrip()
            parts += [f"### {example[1]} {{ #{_anchor(example[1])} }}", f"```{_LANGUAGES[example[2]]}\n{source}\n```"]
    return "\n\n".join(parts) + "\n"


def _anchor(name: str) -> str:
    return re.sub(r"\W", "-", name)


def _tabs(match: re.Match[str]) -> str:
    blocking = blocking_snippet(match[1])
    if blocking is None:
        return match[0]
    return "\n".join(_tab(title, text) for title, text in (("Async", match[1]), ("Blocking", blocking)))


def _tab(title: str, text: str) -> str:
    return f'=== "{title}"\n\n' + textwrap.indent(f"```python\n{text.rstrip()}\n```\n", "    ")
