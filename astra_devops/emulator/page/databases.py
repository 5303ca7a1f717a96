"""The databases on the page: one line each, which opens."""

from html import escape

from astra_devops.emulator.page import elements, forms
from astra_devops.emulator.page.overview import Document


def databases(document: Document, token: str, words: str) -> str:
    """Return the databases that were found, and the filter that finds others."""
    group = document["databases"]
    several = len(document["organizations"]) > 1
    rows = "".join(_database(database, several, token) for database in group["shown"])
    if len(group["shown"]) < group["found"]:
        rows += elements.note(f"The {len(group['shown'])} newest of {group['found']} are shown. Filter them to see others.")
    return forms.find(words) + (rows or elements.note("No databases." if not words else "No database has these words."))


def title(document: Document) -> str:
    """Return the heading: how many there are, and how many of them were found."""
    group = document["databases"]
    return f"Databases ({group['total']})" if group["found"] == group["total"] else f"Databases ({group['found']} of {group['total']})"


def _database(database: Document, several: bool, token: str) -> str:
    """Return one database, with its organization if there are several."""
    status, stage = database["status"], database["history"][-1]
    datacenters = [f"{entry['region']} ({entry['id'][37:]}{', terminated' * entry['terminated']})" for entry in database["datacenters"]]
    facts = [
        ("Id", database["id"]),
        *([("Organization", database["organization"])] if several else []),
        ("Location", f"{database['cloudProvider']} {database['region']}, {database['tier']}"),
        ("Keyspaces", ", ".join(database["keyspaces"]) or "none"),
        ("Datacenters", ", ".join(datacenters) or "none"),
    ]
    since = "" if stage["at"] is None else f'<span class="soft">for {elements.length(stage["seconds"])}</span>'
    summary = (
        f'<b class="name">{escape(database["name"])}</b>{elements.badge(status, elements.style_of(status))}{since}'
        f'<span class="soft place">{escape(database["cloudProvider"])} {escape(database["region"])}</span>'
    )
    stages = "".join(map(_stage, database["history"]))
    content = f'<ol class="timeline" aria-label="States, oldest first">{stages}</ol>{elements.facts(facts)}'
    if status == "ACTIVE":
        content += forms.hibernate(token, database["id"])
    return elements.details(f"database-{database['id']}", summary, content, "row")


def _stage(stage: Document) -> str:
    status, current = stage["status"], ' aria-current="true"' if stage["current"] else ""
    when = (
        ""
        if stage["at"] is None
        else f"<span>{elements.clock_time(stage['at'])}, for {elements.length(stage['seconds'])}{' so far' * stage['current']}</span>"
    )
    why = f"<span>{escape(stage['change'])}</span>" if stage["change"] else ""
    return f'<li class="{elements.style_of(status)}"{current}><b>{escape(status)}</b>{when}{why}</li>'
