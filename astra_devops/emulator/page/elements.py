"""The elements that the parts of the page are made of."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

_STYLES: Final = {
    "ACTIVE": "good",
    **dict.fromkeys(("ERROR", "DEGRADED", "UNKNOWN"), "bad"),
    **dict.fromkeys(("TERMINATED", "HIBERNATED", "PARKED", "SUSPENDED", "PREPARED"), "rest"),
}
"""The style of a state; all others, which are transitional or unknown, have the style ``busy``."""


def section(section_id: str, title: str, content: str) -> str:
    """Return a section with a heading."""
    return f'<section id="{section_id}" aria-labelledby="{section_id}-title"><h2 id="{section_id}-title">{title}</h2>{content}</section>\n'


def heading(title: str, group: Mapping[str, Any]) -> str:
    """Return a title with the number of entries, and how many of them are shown."""
    total, shown = group["total"], len(group["shown"])
    return f"{title} ({shown} of {total})" if shown < total else f"{title} ({total})"


def note(words: str) -> str:
    """Return a remark."""
    return f'<p class="soft">{words}</p>'


def details(details_id: str, summary: str, content: str, style: str = "") -> str:
    """Return something that opens. Summary and content are HTML."""
    return f'<details id="{escape(details_id)}" class="{style}"><summary>{summary}</summary>{content}</details>\n'


def chips(entries: Iterable[str]) -> str:
    """Return a list of short words."""
    items = "".join(f'<li class="badge rest">{escape(entry)}</li>' for entry in entries)
    return f'<ul class="chips">{items}</ul>' if items else note("None.")


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a list of names and values."""
    return '<dl class="facts">' + "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs) + "</dl>"


def badge(words: str, style: str) -> str:
    """Return words on a colored ground."""
    return f'<span class="badge {style}">{escape(words)}</span>'


def code(text: str) -> str:
    """Return lines of a program or a document. They can be scrolled with the keyboard."""
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'


def clock_time(moment: str) -> str:
    """Return the time of day of a timestamp."""
    return f'<time datetime="{escape(moment)}">{escape(moment[11:19])}</time>'


def style_of(status: str) -> str:
    """Return the style of a state of a database."""
    return _STYLES.get(status, "busy")


def length(seconds: float) -> str:
    """Format a length of time in its two largest units."""
    whole = round(seconds)
    parts = [(whole // 86_400, "d"), (whole // 3_600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    words = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(words[:2]) or "0 s"
