"""The last requests on the page: one line each, which opens."""

import json
from collections.abc import Iterable
from html import escape

from astra_devops.emulator.page import elements
from astra_devops.emulator.page.overview import Document


def requests(shown: Iterable[Document]) -> str:
    """Return the requests, newest first."""
    return "".join(map(_request, shown)) or elements.note("None yet.")


def _request(request: Document) -> str:
    status, outcome = request["status"], request["outcome"]
    style = "busy" if status is None and outcome is None else "bad" if status is None or status >= 400 else "good"
    answer = ", ".join(str(part) for part in (status, outcome) if part is not None) or "in progress"
    target = f"{request['method']} {request['path']}"
    summary = (
        f"{elements.clock_time(request['at'])}{elements.badge(answer, style)}"
        f'<b>{escape(request["operation"] or "unknown route")}</b><code class="soft">{escape(target)}</code>'
    )
    parts = [("Answer", request["error"]), ("Query", request["query"]), ("Body", request["body"]), ("Headers", request["headers"])]
    content = "".join(f"<h3>{name}</h3>{elements.code(_text(part))}" for name, part in parts if part)
    return elements.details(f"request-{request['number']}", summary, content or elements.note("Nothing more is known of it."), "row")


def _text(part: object) -> str:
    """Return a document in lines. A text that is a document, such as an error, is one too."""
    if isinstance(part, str):
        try:
            part = json.loads(part)
        except ValueError:
            return str(part)
    return json.dumps(part, indent=2, ensure_ascii=False)
