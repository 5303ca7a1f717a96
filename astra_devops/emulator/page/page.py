"""The page at ``/_emulator``: HTML made of an overview, and the overview itself as JSON."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from importlib import resources
from typing import Any, Final

from astra_devops.emulator import replies
from astra_devops.emulator.journal import Journal
from astra_devops.emulator.page.overview import Document, overview
from astra_devops.emulator.world import Platform

PAGE: Final = "/_emulator"
_STATE: Final = "/_emulator/state.json"
_STYLES: Final = {
    "ACTIVE": "good",
    **dict.fromkeys(("ERROR", "DEGRADED", "UNKNOWN"), "bad"),
    **dict.fromkeys(("TERMINATED", "HIBERNATED", "PARKED", "SUSPENDED", "PREPARED"), "rest"),
}
"""The style of a state; all others, which are transitional or unknown, have the style ``busy``."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def serve(platform: Platform, journal: Journal, method: str, path: str) -> replies.Reply | None:
    """Answer a request for the page or its content. Returns None for any other path."""
    if path not in (PAGE, _STATE):
        return None
    if method not in ("GET", "HEAD"):
        return replies.wrong_method(frozenset({"GET", "HEAD"}))
    document = overview(platform, journal)
    if path == _STATE:
        return replies.Reply(200, replies.json(document).body, replies.JSON, _HEADERS)
    style, script = _asset("page.css"), _asset("page.js")
    policy = f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; connect-src 'self'; "
    policy += "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return replies.Reply(200, render(document, style, script).encode(), replies.HTML, _HEADERS | {"Content-Security-Policy": policy})


def render(document: Document, style: str, script: str) -> str:
    """Return the page as HTML."""
    databases, requests = document["databases"], document["requests"]
    sections = (
        _section("clock", "Clock", _clock(document)),
        _section("databases", _heading("Databases", databases), _databases(document) or _note("No databases.")),
        _section("counts", "Other resources", _chips(f"{name}: {count}" for name, count in document["counts"].items())),
        _section("requests", _heading("Last requests", requests), _requests(requests["shown"])),
        _section("faults", "Scripted faults", _chips(fault["description"] for fault in document["faults"])),
        _section("quirks", "Changed quirks", _chips(map(_quirk, document["quirks"]))),
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Astra emulator</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<header><h1>Astra emulator</h1><button type="button" hidden>Pause updates</button></header>
<main>{"".join(sections)}</main>
<script>{script}</script>
</body>
</html>
"""


@cache
def _asset(name: str) -> str:
    return resources.files("astra_devops.emulator.page").joinpath(name).read_text(encoding="utf-8")


@cache
def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _section(section_id: str, title: str, content: str) -> str:
    return f'<section id="{section_id}" aria-labelledby="{section_id}-title"><h2 id="{section_id}-title">{title}</h2>{content}</section>\n'


def _heading(title: str, group: Mapping[str, Any]) -> str:
    total, shown = group["total"], len(group["shown"])
    return f"{title} ({shown} of {total})" if shown < total else f"{title} ({total})"


def _note(words: str) -> str:
    return f'<p class="soft">{words}</p>'


def _chips(entries: Iterable[str]) -> str:
    items = "".join(f'<li class="badge rest">{escape(entry)}</li>' for entry in entries)
    return f'<ul class="chips">{items}</ul>' if items else _note("None.")


def _facts(pairs: Iterable[tuple[str, str]]) -> str:
    return '<dl class="facts">' + "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs) + "</dl>"


def _clock(document: Document) -> str:
    clock, organizations = document["clock"], document["organizations"]
    speed = f", {clock['speed']:g} times as fast" if clock["speed"] != 1 else ""
    names = ", ".join(f"{entry['name']} ({entry['id']})" for entry in organizations)
    label = "Organization" if len(organizations) == 1 else "Organizations"
    return _facts([("Time of day", clock["now"]), ("Kind", clock["kind"] + speed), (label, names)])


def _databases(document: Document) -> str:
    several = len(document["organizations"]) > 1
    return "".join(_database(database, several) for database in document["databases"]["shown"])


def _database(database: Document, several: bool) -> str:
    """Return one database as HTML, with its organization if there are several."""
    status = database["status"]
    datacenters = [f"{entry['region']} ({entry['id'][37:]}{', terminated' * entry['terminated']})" for entry in database["datacenters"]]
    facts = [
        *([("Organization", database["organization"])] if several else []),
        ("Location", f"{database['cloudProvider']} {database['region']}, {database['tier']}"),
        ("Keyspaces", ", ".join(database["keyspaces"]) or "none"),
        ("Datacenters", ", ".join(datacenters) or "none"),
    ]
    title = f'<h3>{escape(database["name"])}</h3><span class="badge {_style(status)}">{escape(status)}</span>'
    title += f'<span class="id soft">{escape(database["id"])}</span>'
    stages = "".join(map(_stage, database["history"]))
    return (
        f'<article class="database"><div class="title">{title}</div>'
        f'<ol class="timeline" aria-label="States, oldest first">{stages}</ol>{_facts(facts)}</article>\n'
    )


def _stage(stage: Document) -> str:
    current = ' aria-current="true"' if stage["current"] else ""
    length = f"for {_length(stage['seconds'])}{' so far' * stage['current']}"
    why = f"<span>{escape(stage['change'])}</span>" if stage["change"] else ""
    when = f"<span>{_clock_time(stage['at'])}, {length}</span>" if stage["at"] else ""
    return f'<li class="{_style(stage["status"])}"{current}><b>{escape(stage["status"])}</b>{when}{why}</li>'


def _clock_time(moment: str) -> str:
    return f'<time datetime="{escape(moment)}">{escape(moment[11:19])}</time>'


def _style(status: str) -> str:
    return _STYLES.get(status, "busy")


def _length(seconds: float) -> str:
    """Format a length of time in its two largest units."""
    whole = round(seconds)
    parts = [(whole // 86_400, "d"), (whole // 3_600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    words = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(words[:2]) or "0 s"


def _requests(requests: Iterable[Document]) -> str:
    rows = "".join(map(_request, requests))
    if not rows:
        return _note("None yet.")
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Time", "Method", "Path", "Operation", "Answer"))
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _request(request: Document) -> str:
    status, outcome = request["status"], request["outcome"]
    style = "busy" if status is None and outcome is None else "bad" if status is None or status >= 400 else "good"
    answer = ", ".join(str(part) for part in (status, outcome) if part is not None) or "in progress"
    return (
        f"<tr><td>{_clock_time(request['at'])}</td><td>{escape(request['method'])}</td>"
        f'<td class="id">{escape(request["path"])}</td><td>{escape(request["operation"] or "unknown route")}</td>'
        f'<td><span class="badge {style}">{escape(answer)}</span></td></tr>\n'
    )


def _quirk(quirk: Document) -> str:
    value, default = ({True: "on", False: "off"}.get(quirk[name], quirk[name]) for name in ("value", "default"))
    return f"{quirk['name']}: {value} (default: {default})"
