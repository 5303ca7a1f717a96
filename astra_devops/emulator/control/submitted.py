"""The forms of the page, as they are submitted: each becomes a control request."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs

from astra_devops.emulator import replies
from astra_devops.emulator.control import control
from astra_devops.emulator.control.control import Call, Control, Handler

Form = Mapping[str, str]


@attrs.frozen
class Refused:
    """Why a form had no effect."""

    status: int
    message: str
    headers: Mapping[str, str]


def submit(target: Control, headers: Mapping[str, str], body: bytes) -> Refused | None:
    """Execute a form. Returns why not, if it was refused."""
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    reply = target.guard.refuse_page(headers, form.get("form_token", ""), target.target.token)
    if reply is None:
        reply = _execute(target, form)
    if reply.status < 400:
        return None
    (error,) = json.loads(reply.body)["errors"]
    return Refused(reply.status, error["message"], reply.headers)


def _execute(target: Control, form: Form) -> replies.Reply:
    action = form.get("action", "")
    if action not in _ACTIONS:
        return replies.errors(400, (None, f"There is no action {action!r}."))
    handler, document_of = _ACTIONS[action]
    try:
        document = document_of(form)
    except ValueError:
        return replies.errors(400, (None, "Enter a number."))
    return target.act(handler, Call(form.get("id", ""), {}, json.dumps(document).encode()))


def _fault(form: Form) -> Any:
    """Return a fault in the form of a file. Without a number of times there is no limit."""
    times = int(form["times"]) if form.get("times") else None
    kind = form.get("kind", "")
    status = {"status": 503} if kind == "status" else {}
    return {kind: {"operation": form.get("operation", ""), "times": times, **status}}


_ACTIONS: Final[Mapping[str, tuple[Handler, Callable[[Form], Any]]]] = {
    "advance": (control.advance_clock, lambda form: {"seconds": float(form.get("seconds", ""))}),
    "add fault": (control.add_faults, _fault),
    "remove fault": (control.remove_fault, lambda form: None),
    "hibernate": (control.hibernate, lambda form: None),
    "reset": (control.reset, lambda form: None),
}
