"""Control over HTTP: the routes below ``/_emulator/``, for programs that have the token."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from astra_devops.emulator import replies
from astra_devops.emulator.control import arguments as args
from astra_devops.emulator.control import documents
from astra_devops.emulator.control.guard import Guard
from astra_devops.emulator.control.target import Controllable
from astra_devops.emulator.faults import files
from astra_devops.emulator.time.clock import VirtualClock

HOME: Final = "/_emulator/"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Call(NamedTuple):
    """One control request: the id in its path, if any, its query and its body."""

    id: str
    query: Mapping[str, str]
    body: bytes


class NotThere(Exception):
    """The error for an id that names nothing."""


class Refused(Exception):
    """The error for what this emulator cannot do."""


Handler = Callable[[Controllable, Call], replies.Reply]


class Control:
    """Answers control requests.

    ``changes`` counts those that have changed something.
    """

    def __init__(self, target: Controllable) -> None:
        self.target = target
        self.guard: Guard = Guard()
        self.changes: int = 0

    def serve(self, method: str, path: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> replies.Reply:
        """Answer a request to a path below :data:`HOME`."""
        reply = self._reply(method, path.removeprefix(HOME), headers, query, body)
        return replies.Reply(reply.status, reply.body, reply.content_type, {**_HEADERS, **reply.headers})

    def _reply(self, method: str, name: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> replies.Reply:
        pattern, subject = _pattern(name)
        if pattern not in _ROUTES:
            return replies.errors(404, (None, f"There is no {HOME}{name}. There are: {', '.join(HOME + known for known in _ROUTES)}."))
        methods = _ROUTES[pattern]
        handler = methods.get("GET" if method == "HEAD" else method)
        if handler is None:
            message = f"{HOME}{pattern} accepts {', '.join(methods)}, not {method}."
            return replies.Reply(405, replies.errors(405, (None, message)).body, headers={"Allow": ", ".join(methods)})
        if pattern != _OPEN:
            refusal = self.guard.refuse_program(headers, self.target.token)
            if refusal is not None:
                return refusal
        return self.act(handler, Call(subject, query, body), changes=method not in ("GET", "HEAD"))

    def act(self, handler: Handler, call: Call, *, changes: bool = True) -> replies.Reply:
        """Execute a request that is allowed."""
        try:
            reply = handler(self.target, call)
        except NotThere as error:
            return replies.errors(404, (None, str(error)))
        except Refused as error:
            return replies.errors(409, (None, str(error)))
        except (TypeError, ValueError) as error:
            return replies.errors(400, (None, str(error)))
        self.changes += changes
        return reply


def _pattern(name: str) -> tuple[str, str]:
    """Split the name of a route into its pattern and the id that it has in the place of ``ID``."""
    match name.split("/"):
        case ["faults", subject]:
            return "faults/ID", unquote(subject)
        case ["databases", subject, "hibernate"]:
            return "databases/ID/hibernate", unquote(subject)
        case _:
            return name, ""


def health(target: Controllable, call: Call) -> replies.Reply:
    """Answer that the emulator is up."""
    return replies.json({"status": "ok"})


def read_clock(target: Controllable, call: Call) -> replies.Reply:
    """Return the time."""
    return replies.json(documents.clock(target.clock))


def advance_clock(target: Controllable, call: Call) -> replies.Reply:
    """Move a virtual clock forward."""
    seconds = args.arguments(call.body, {"seconds": args.seconds})["seconds"]
    if not isinstance(target.clock, VirtualClock):
        raise Refused("The clock of this emulator moves by itself. Start it with --clock manual, or with clock=VirtualClock(auto=False).")
    target.clock.advance(seconds)
    return read_clock(target, call)


def list_faults(target: Controllable, call: Call) -> replies.Reply:
    """List the active faults."""
    return replies.json(documents.faults(target.faults))


def add_faults(target: Controllable, call: Call) -> replies.Reply:
    """Add one fault, or several in a list, in the form that a file has."""
    document = args.read(call.body)
    added = [files.add(target.faults, entry) for entry in (document if isinstance(document, list) else [document])]
    return replies.json({"ids": [fault.id for fault in added]}, 201)


def clear_faults(target: Controllable, call: Call) -> replies.Reply:
    """Remove all faults."""
    target.faults.clear()
    return replies.empty(204)


def remove_fault(target: Controllable, call: Call) -> replies.Reply:
    """Remove one fault."""
    try:
        target.faults.remove(call.id)
    except ValueError as error:
        raise NotThere(str(error)) from None
    return replies.empty(204)


def list_requests(target: Controllable, call: Call) -> replies.Reply:
    """List the requests in the journal."""
    unknown = call.query.keys() - {"operation"}
    if unknown:
        raise ValueError(f"{min(unknown)!r} is not an argument; the only argument is operation")
    return replies.json(documents.journal(target.journal, call.query.get("operation")))


def clear_journal(target: Controllable, call: Call) -> replies.Reply:
    """Remove all requests from the journal."""
    target.journal.clear()
    return replies.empty(204)


def read_permissions(target: Controllable, call: Call) -> replies.Reply:
    """Return what the requests in the journal needed, and the smallest policy with it."""
    unknown = call.query.keys() - {"description", "any_database"}
    if unknown:
        raise ValueError(f"{min(unknown)!r} is not an argument; the arguments are description and any_database")
    any_database = call.query.get("any_database", "true")
    if any_database not in ("true", "false"):
        raise ValueError(f"any_database must be true or false, not {any_database!r}")
    permissions = target.journal.permissions()
    policy = permissions.policy(call.query.get("description", ""), any_database=any_database == "true")
    return replies.json({"actions": permissions.actions, "unknown": permissions.unknown, "policy": policy})


def take_snapshot(target: Controllable, call: Call) -> replies.Reply:
    """Return the whole state."""
    return replies.json(target.snapshot())


def restore_snapshot(target: Controllable, call: Call) -> replies.Reply:
    """Return to the state of a snapshot."""
    state: Any = args.read(call.body)
    if not isinstance(state, dict):
        raise ValueError("the body must be a snapshot, as GET on the same path returns it")
    target.restore(state)
    return replies.empty(204)


def reset(target: Controllable, call: Call) -> replies.Reply:
    """Remove everything."""
    target.reset()
    return replies.empty(204)


def add_database(target: Controllable, call: Call) -> replies.Reply:
    """Create a database in a given state."""
    return replies.json({"id": target.add_database(**args.arguments(call.body, {"name": args.string}, _OF_A_DATABASE))}, 201)


def hibernate(target: Controllable, call: Call) -> replies.Reply:
    """Hibernate a database."""
    try:
        target.hibernate(call.id)
    except ValueError as error:
        raise NotThere(str(error)) from None
    return replies.empty(204)


_OF_A_DATABASE: Final[Mapping[str, args.Check]] = {
    **dict.fromkeys(("cloud_provider", "region", "tier", "status", "organization_id"), args.string),
    "keyspaces": args.strings,
    **dict.fromkeys(("created", "last_used"), args.moment),
}
_ROUTES: Final[Mapping[str, Mapping[str, Handler]]] = {
    "health": {"GET": health},
    "clock": {"GET": read_clock},
    "clock/advance": {"POST": advance_clock},
    "faults": {"GET": list_faults, "POST": add_faults, "DELETE": clear_faults},
    "faults/ID": {"DELETE": remove_fault},
    "journal": {"GET": list_requests, "DELETE": clear_journal},
    "journal/permissions": {"GET": read_permissions},
    "snapshot": {"GET": take_snapshot, "PUT": restore_snapshot},
    "reset": {"POST": reset},
    "databases": {"POST": add_database},
    "databases/ID/hibernate": {"POST": hibernate},
}
_OPEN: Final = "health"
"""The only route without a token."""
