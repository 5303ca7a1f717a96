"""The page at ``/_emulator``: HTML made of an overview, and the overview itself as JSON."""

import base64
import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from html import escape
from importlib import resources
from typing import Final

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.journal import Journal
from astra_devops.emulator.page import databases, elements, forms, requests
from astra_devops.emulator.page.overview import Document, overview
from astra_devops.emulator.world import Platform

PAGE: Final = "/_emulator"
FORMS: Final = forms.ACTIONS
STATE: Final = "/_emulator/state.json"
# The page may send its own forms; with a stricter policy their Origin would be "null".
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


@attrs.frozen
class View:
    """What a request for the page brings along.

    ``host`` is the name and port that it was sent to, ``is_local`` whether these are of this
    machine, ``words`` what databases are filtered by, ``notice`` the error of a form, and
    ``form_token`` what its forms must contain.
    """

    form_token: str
    host: str
    is_local: bool
    words: str = ""
    notice: str = ""


def serve(platform: Platform, journal: Journal, method: str, path: str, view: View) -> replies.Reply | None:
    """Answer a request for the page or its content. Returns None for any other path."""
    if path not in (PAGE, STATE):
        return None
    if method not in ("GET", "HEAD"):
        return replies.wrong_method(frozenset({"GET", "HEAD"}))
    document = overview(platform, journal, view.words)
    if path == STATE:
        return replies.Reply(200, replies.json(document).body, replies.JSON, _HEADERS)
    return show(document, view, platform.faults.operations or ())


def show(document: Document, view: View, operations: Collection[str]) -> replies.Reply:
    """Return the page."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; connect-src 'self'; "
    policy += "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    html = render(document, view, operations, style, script)
    return replies.Reply(200, html.encode(errors="replace"), replies.HTML, _HEADERS | {"Content-Security-Policy": policy})


def render(document: Document, view: View, operations: Collection[str], style: str, script: str) -> str:
    """Return the page as HTML."""
    token = view.form_token
    shown_requests = document["requests"]
    sections = (
        elements.section("clock", "Clock", _clock(document, token)),
        elements.section("connect", "Connect", _connect(view)),
        elements.section("databases", databases.title(document), databases.databases(document, token, view.words)),
        elements.section("requests", elements.heading("Last requests", shown_requests), requests.requests(shown_requests["shown"])),
        elements.section("faults", "Scripted faults", _faults(document, token)),
        elements.section("add-fault", "Add a fault", forms.add_fault(token, operations)),
        elements.section("resources", "Other resources", _resources(document)),
        elements.section("quirks", "Changed quirks", elements.chips(map(_quirk, document["quirks"]))),
        elements.section("reset", "Reset", _reset(token)),
    )
    notice = f'<p id="notice" role="alert">{escape(view.notice)}</p>' if view.notice else '<p id="notice" role="alert" hidden></p>'
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
<header><h1>Astra emulator</h1><button type="button" id="pause" hidden>Pause updates</button></header>
<main>{notice}{"".join(sections)}</main>
<footer class="soft">The buttons ask for a password once: it is the emulator's token. The user name can be anything.</footer>
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


def _clock(document: Document, token: str) -> str:
    clock, organizations = document["clock"], document["organizations"]
    speed = f", {clock['speed']:g} times as fast" if clock["speed"] != 1 else ""
    names = ", ".join(f"{entry['name']} ({entry['id']})" for entry in organizations)
    label = "Organization" if len(organizations) == 1 else "Organizations"
    shown = elements.facts([("Time of day", clock["now"]), ("Kind", clock["kind"] + speed), (label, names)])
    if clock["speed"] != 1:
        shown += elements.note("Times of day are those of this machine. How long a state lasts is measured by the faster clock.")
    return shown + (forms.advance(token) if clock["kind"] == "VirtualClock" else "")


def _connect(view: View) -> str:
    url = f"http://{view.host}"
    over_network = "" if view.is_local else ", allow_http=True"
    python = f"""from astra_devops import AstraDevOps  # its token is the variable ASTRA_DB_APPLICATION_TOKEN

with AstraDevOps(base_url="{url}"{over_network}) as astra:
    for database in astra.databases.list():
        print(database.info.name, database.status)
"""
    shell = "".join(
        f'curl -H "Authorization: Bearer $ASTRA_DB_APPLICATION_TOKEN" {url}{path}\n' for path in ("/v2/databases", "/_emulator/journal")
    )
    remark = elements.note("The token is what the emulator printed when it started.")
    return elements.details("how-to-connect", f"<code>{escape(url)}</code>", elements.code(python) + elements.code(shell) + remark)


def _faults(document: Document, token: str) -> str:
    rows = "".join(
        f"<li>{elements.badge(fault['description'], 'rest')}{forms.remove_fault(token, fault['id'], fault['description'])}</li>"
        for fault in document["faults"]
    )
    return f'<ul class="faults">{rows}</ul>' if rows else elements.note("None.")


def _resources(document: Document) -> str:
    return "".join(
        elements.details(f"resource-{number}", f"{escape(entry['name'])} ({entry['total']})", elements.chips(entry["shown"]))
        for number, entry in enumerate(document["resources"])
    )


def _reset(token: str) -> str:
    remark = elements.note("Removes all databases, added tokens and organizations, faults, and the journal. It cannot be undone.")
    return elements.details("reset-all", "Remove everything", remark + forms.reset(token))


def _quirk(quirk: Mapping[str, object]) -> str:
    value, default = ({True: "on", False: "off"}.get(quirk[name], quirk[name]) for name in ("value", "default"))  # type: ignore[call-overload]
    return f"{quirk['name']}: {value} (default: {default})"
