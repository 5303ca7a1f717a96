"""The forms of the page: what a person does with an emulator, without a program."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

ACTIONS: Final = "/_emulator/actions"
FAULTS: Final[Mapping[str, str]] = {
    "rate_limit": "Answer 429",
    "status": "Answer 503",
    "edge_page": "Answer with an HTML page and 502",
    "reset_before_effect": "Cut the connection before the effect",
    "reset_after_effect": "Cut the connection after the effect",
    "no_answer": "Execute, and never answer",
    "null_body": "Answer with the body null",
    "truncated_gzip": "Answer with half a gzip stream",
    "fail_state": "Let the change fail at its end",
}
"""The faults that need no more than an operation, with their labels."""


def form(token: str, action: str, content: str, **values: str) -> str:
    """Return a form for one action. Its hidden token shows that this page has sent it."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in {"form_token": token, "action": action, **values}.items()
    )
    return f'<form method="post" action="{ACTIONS}">{hidden}{content}</form>'


def button(label: str) -> str:
    """Return the button that sends a form. The label is HTML."""
    return f"<button>{label}</button>"


def advance(token: str) -> str:
    """Return the form that advances the clock."""
    field = '<label>Seconds <input type="number" name="seconds" value="600" min="0" step="any" required></label>'
    return form(token, "advance", field + button("Advance the clock"))


def add_fault(token: str, operations: Iterable[str]) -> str:
    """Return the form that adds a fault."""
    kinds = "".join(f'<option value="{kind}">{label}</option>' for kind, label in FAULTS.items())
    known = "".join(f'<option value="{escape(operation)}">' for operation in sorted(operations))
    fields = (
        f'<label>What happens <select name="kind">{kinds}</select></label>'
        '<label>Operation <input name="operation" value="*" list="operations" required></label>'
        '<label>How often (empty: always) <input type="number" name="times" value="1" min="1" placeholder="always"></label>'
        f'<datalist id="operations">{known}</datalist>'
    )
    return form(token, "add fault", fields + button("Add the fault"))


def remove_fault(token: str, fault_id: str, words: str) -> str:
    """Return the form that takes a fault back."""
    return form(token, "remove fault", button(f'Remove<span class="unseen"> {escape(words)}</span>'), id=fault_id)


def hibernate(token: str, database_id: str) -> str:
    """Return the form that hibernates a database."""
    return form(token, "hibernate", button("Hibernate"), id=database_id)


def reset(token: str) -> str:
    """Return the form that removes everything."""
    return form(token, "reset", button("Remove everything"))


def find(words: str) -> str:
    """Return the form that filters databases. It needs no token: it only reads."""
    field = (
        f'<label>Filter <input type="search" name="filter" value="{escape(words)}" '
        'placeholder="name, id, state or region" autocomplete="off"></label>'
    )
    return f'<form id="filter" method="get" action="/_emulator" role="search">{field}{button("Find")}</form>'
