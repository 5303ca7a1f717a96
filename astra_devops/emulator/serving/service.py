"""One request through the emulated service: who asks, may they, is it well formed, and then the operation itself."""

import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson

from astra_devops.emulator import replies
from astra_devops.emulator.contract.contract import Contract, Operation
from astra_devops.emulator.contract.routing import Match, Query, Router
from astra_devops.emulator.resources import (
    _permissions,
    access_lists,
    cdc,
    clones,
    cloud_accounts,
    custom_domains,
    customer_keys,
    databases,
    datacenters,
    devops_access_lists,
    enterprises,
    keyspaces,
    migration_proxies,
    migrations,
    organizations,
    pcu_groups,
    private_links,
    regions,
    restores,
    roles,
    scim,
    secure_bundles,
    snapshots,
    telemetry,
    tokens,
    users,
    vpc_peerings,
)
from astra_devops.emulator.serving import edge, java_routes
from astra_devops.emulator.state.tokens import Token
from astra_devops.emulator.world import Handler, Platform, Request, World

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

HANDLERS: Mapping[str, Handler] = {
    **databases.OPERATIONS,
    **keyspaces.OPERATIONS,
    **datacenters.OPERATIONS,
    **secure_bundles.OPERATIONS,
    **regions.OPERATIONS,
    **organizations.OPERATIONS,
    **roles.OPERATIONS,
    **users.OPERATIONS,
    **tokens.OPERATIONS,
    **scim.OPERATIONS,
    **devops_access_lists.OPERATIONS,
    **access_lists.OPERATIONS,
    **private_links.OPERATIONS,
    **custom_domains.OPERATIONS,
    **vpc_peerings.OPERATIONS,
    **pcu_groups.OPERATIONS,
    **customer_keys.OPERATIONS,
    **cloud_accounts.OPERATIONS,
    **snapshots.OPERATIONS,
    **clones.OPERATIONS,
    **restores.OPERATIONS,
    **migrations.OPERATIONS,
    **migration_proxies.OPERATIONS,
    **cdc.OPERATIONS,
    **telemetry.OPERATIONS,
    **enterprises.OPERATIONS,
}
OBJECTIONS = {"createDatabase": databases.objections, "addDatacenters": datacenters.objections}
"""What the service says about some bodies before any schema would: several problems at once, with ids of its own."""
UNPROCESSABLE = ("createDatabase", "addDatacenters")
"""Operations that answer 422 to a body of the wrong form; the others answer 400."""
UNCHECKED = ("ValidateAccessList",)
"""Operations that are there to be asked about what is wrong."""
FORGIVING = {("listDatabases", "limit"), ("listDatabases", "include"), ("listDatabases", "provider")}
"""Query parameters whose documented limits the service itself does not hold anyone to."""


INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
"""What Go reads as an integer of 64 bits, but for the largest."""
EMPTY: tuple[object, ...] = ({}, [])
"""What a body that is left out stands for."""
DEEPEST = 100
"""How deep a body may be nested."""
BOOLEANS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
"""Go's spellings of a boolean."""


class Service:
    """The API itself, without any network: requests in, replies out.

    It may be asked from several threads.
    """

    def __init__(self, contract: Contract, platform: Platform) -> None:
        self.platform = platform
        self._contract = contract
        self._router = Router(contract.operations)
        self.lock: AbstractContextManager[object] = threading.RLock()

    def route(self, method: str, path: str) -> Match | replies.Reply:
        """Find the operation for a raw path, or what to answer where there is none."""
        if "//" in path:
            cleaned = path
            while "//" in cleaned:
                cleaned = cleaned.replace("//", "/")
            return replies.moved(cleaned)
        if self.platform.quirks.java_pcu_routes:
            method, path = java_routes.usual(method, path)
        found = self._router.match(method, path)
        if isinstance(found, Match):
            return found
        return replies.NO_ROUTE if found is None else replies.wrong_method(found)

    def answer(self, match: Match, headers: Mapping[str, str], query: Query, raw_body: bytes, sender: str) -> replies.Reply:
        """Carry out one operation. ``sender`` is the IP address that the request comes from."""
        operation = match.operation
        if operation.id == java_routes.TYPES_BY_QUERY and self.platform.quirks.java_pcu_routes and not raw_body:
            raw_body = orjson.dumps(dict(query))
        with self.lock:
            try:
                world, token = self._authenticate(match, headers)
                devops_access_lists.check_sender(world, sender)
                body = self._read_body(world, operation, raw_body)
                request = Request(
                    operation, match.arguments, self._read_query(operation, query), body, token, self._read_lists(operation, query)
                )
                handler = HANDLERS.get(operation.id)
                if handler is None:
                    return replies.errors(501, (None, f"The emulator does not implement {operation.id} yet."))
                return handler(world, request)
            except replies.Refusal as refusal:
                return refusal.reply

    def bundle(self, path: str, query: Mapping[str, str]) -> replies.Reply:
        """Give what lies behind a presigned URL."""
        with self.lock:
            return edge.serve_bundle(self.platform, path, query)

    def data(self, path: str) -> replies.Reply:
        """Answer at a data endpoint."""
        with self.lock:
            return edge.serve_data(self.platform, path)

    def _authenticate(self, match: Match, headers: Mapping[str, str]) -> tuple[World, Token]:
        token = self.platform.token_store.read(headers, self.platform.clock.now())
        if token is None:
            raise replies.Refusal(replies.INVALID_TOKEN_FORMAT)
        if isinstance(token, str):
            raise replies.Refusal(replies.UNKNOWN_TOKEN)
        world = self.platform.worlds[token.organization_id]
        if not _permissions.is_allowed(world, token, match.operation, match.arguments):
            if world.quirks.null_without_permission:
                raise replies.Refusal(replies.NULL_UNAUTHORIZED)
            raise replies.refusal(403, f"The token lacks {_permissions.requirement(match.operation)}.")
        return world, token

    def _read_query(self, operation: Operation, query: Mapping[str, str]) -> dict[str, str | int | bool]:
        values: dict[str, str | int | bool] = {}
        for name, parameter in operation.query.items():
            if "array" in parameter.types:
                continue
            if name not in query:
                if parameter.required:
                    raise replies.refusal(400, f"query parameter {name} is missing")
                continue
            value = values[name] = _typed(name, query[name], parameter.types)
            if (operation.id, name) not in FORGIVING:
                problems = self._contract.problems(parameter.pointer, value)
                if problems:
                    raise replies.Refusal(replies.errors(400, *((None, f"query parameter {name}: {problem}") for problem in problems)))
        return values

    def _read_lists(self, operation: Operation, query: Query) -> dict[str, list[str]]:
        lists = {name: query.every(name) for name, parameter in operation.query.items() if "array" in parameter.types}
        for name, values in lists.items():
            problems = self._contract.problems(operation.query[name].pointer, values)
            if problems:
                raise replies.Refusal(replies.errors(400, *((None, f"query parameter {name}: {problem}") for problem in problems)))
        return lists

    def _read_body(self, world: World, operation: Operation, raw: bytes) -> object:
        if operation.body is None:
            return None
        if not raw:
            if operation.body_required or not self._allows_nothing(operation.body):
                raise replies.refusal(400, "The request needs a body.")
            return None
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as problem:
            raise replies.refusal(400, f"The body is not JSON: {problem}") from problem
        if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
            raise replies.refusal(400, "The body is nested too deeply.")
        if operation.id in OBJECTIONS:
            complaints = OBJECTIONS[operation.id](world, body)
            if complaints:
                raise replies.Refusal(replies.errors(422, *complaints))
        problems = () if operation.id in UNCHECKED else self._contract.problems(operation.body, body, formats=True)
        if problems:
            status = 422 if operation.id in UNPROCESSABLE else 400
            raise replies.Refusal(replies.errors(status, *((None, problem) for problem in problems)))
        return body

    def _allows_nothing(self, pointer: str) -> bool:
        """Tell whether a body may be without content.

        Where it may not, it must be there, which the contract forgets to say of some.
        """
        return any(not self._contract.problems(pointer, empty) for empty in EMPTY)


def _depth(value: object) -> int:
    """Tell how many lists and objects lie in one another."""
    depth, layer = 0, [value]
    while layer := [item for item in layer if isinstance(item, dict | list)]:
        layer = [inner for item in layer for inner in (item.values() if isinstance(item, dict) else item)]
        depth += 1
    return depth


def _typed(name: str, value: str, types: frozenset[str]) -> str | int | bool:
    """Read a query value as what its schema asks for."""
    if "integer" in types:
        if not INTEGER.fullmatch(value):
            raise replies.refusal(400, f"query parameter {name}: {value!r} is not a number")
        return int(value)
    if "boolean" in types:
        if value.lower() not in BOOLEANS:
            raise replies.refusal(400, f"query parameter {name}: {value!r} is neither true nor false")
        return BOOLEANS[value.lower()]
    return value
