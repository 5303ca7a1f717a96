"""The hand-written pages as the site shows them: with tabs, and without links out of the site."""

import re
import textwrap
from typing import Final

from astra_devops._codegen.site.snippets import blocking_snippet

_BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+)([^)#]+)(?:#[^)]*)?\)")


def with_tabs(page: str) -> str:
    """Return a page whose asynchronous snippets have a second tab with their blocking form."""
    return _BLOCK.sub(_tabs, page)


def without_outside_links(page: str, depth: int) -> str:
    """Return a page that names files of the repository as text where it linked to them.

    ``depth`` is the number of folders that the page is in: a link that goes further up leaves the
    site.
    """
    return _LINK.sub(lambda match: match[0] if len(match[2]) <= 3 * depth else f"{match[1]} (`{match[3]}`)", page)


def _tabs(match: re.Match[str]) -> str:
    blocking = blocking_snippet(match[1])
    if blocking is None:
        return match[0]
    return "\n".join(_tab(title, text) for title, text in (("Async", match[1]), ("Blocking", blocking)))


def _tab(title: str, text: str) -> str:
    return f'=== "{title}"\n\n' + textwrap.indent(f"```python\n{text.rstrip()}\n```\n", "    ")
