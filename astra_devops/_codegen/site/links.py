"""The check of a built site: links and anchors lead somewhere, and nothing is loaded from afar."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_LOADED: Final = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}


class _Page(HTMLParser):
    """The ids of a page, its links, and what a browser loads for it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.problems: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids.update(value for name in ("id", "name") if (value := values.get(name)))
        if tag == "a" and (link := values.get("href")):
            self.links.append(link)
        if tag in _LOADED and (link := values.get(_LOADED[tag])) and values.get("rel") != "canonical":
            self.loaded.append(link)
        if tag == "img" and not values.get("alt"):
            self.problems.append(f"the image {values.get('src')} has no text")


def problems(site: Path) -> Iterator[str]:
    """List broken links and anchors of a built site, and what it would load from the network."""

    @cache
    def read(path: Path) -> _Page:
        return _Page(path.read_text(encoding="utf-8"))

    for file in sorted(site.rglob("*.html")):
        name, page = file.relative_to(site).as_posix(), read(file)
        yield from (f"{name}: {problem}" for problem in page.problems)
        yield from (f"{name}: loads {link}" for link in page.loaded if urlsplit(link).netloc)
        if name == "404.html":
            continue
        for link in dict.fromkeys([*page.links, *page.loaded]):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = unquote(parts.path)
            target = (site / path.lstrip("/") if path.startswith("/") else file.parent / path).resolve() if path else file
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                yield f"{name}: {link} leads to no page"
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in read(target).ids:
                yield f"{name}: {link} leads to no heading"
