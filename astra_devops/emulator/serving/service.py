"""The API without any network: checks the token, permission, query and body, then acts.

``HttpServer`` in ``server`` passes requests to it.
"""

import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs

from astra_devops._json_bytes import codec
from astra_devops._json_bytes.reading import problem
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
from astra_devops.emulator.serving import edge, java_routes, media
from astra_devops.emulator.state.tokens import Token
from astra_devops.emulator.world import Handler, Platform, Request, World

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_HANDLERS: Final[Mapping[str, Handler]] = {
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
_OBJECTIONS: Final = {"createDatabase": databases.objections, "addDatacenters": datacenters.objections}
"""Checks of a body that come before its schema, and list several problems with ids of their own."""
_UNPROCESSABLE: Final = ("createDatabase", "addDatacenters")
"""Operations that answer 422 to an invalid body; the others answer 400."""
_UNCHECKED: Final = ("ValidateAccessList",)
"""Operations that accept an invalid body, because their purpose is to say what is wrong with it."""
_LENIENT: Final = {("listDatabases", "limit"), ("listDatabases", "include"), ("listDatabases", "provider")}
"""Query parameters for which the service does not enforce its documented limits."""
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
"""What Go parses as a 64-bit integer, except for the largest ones."""
_EMPTY_BODIES: Final[tuple[object, ...]] = ({}, [])
"""What an omitted body counts as."""
_MAX_DEPTH: Final = 100
"""How deep a body may be nested."""
_BOOLEANS: Final = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
"""What Go parses as a boolean."""


class Service:
    """The API: requests in, replies out. It may be called from several threads."""

    def __init__(self, contract: Contract, platform: Platform) -> None:
        self.platform = platform
        self._contract = contract
        self._router = Router(contract.operations)
        self.lock: AbstractContextManager[object] = threading.RLock()

    def route(self, method: str, path: str) -> Match | replies.Reply:
        """Find the operation for a method and a raw path, or the reply if there is none."""
        if "//" in path:
            cleaned = path
            while "//" in cleaned:
                cleaned = cleaned.replace("//", "/")
            return replies.moved(cleaned)
        if self.platform.quirks.java_pcu_routes:
            method, path = java_routes.contract_route(method, path)
        match = self._router.match(method, path)
        if isinstance(match, Match):
            return match
        return replies.NO_ROUTE if match is None else replies.wrong_method(match)

    def answer(self, match: Match, headers: Mapping[str, str], query: Query, raw_body: bytes, sender: str) -> replies.Reply:
        """Execute an operation. ``sender`` is the IP address that the request comes from."""
        operation = match.operation
        if operation.id == java_routes.TYPES_BY_QUERY and self.platform.quirks.java_pcu_routes and not raw_body:
            raw_body = codec.dumps(dict(query))
        with self.lock:
            try:
                world, token = self._authenticate(match, headers)
                devops_access_lists.check_sender(world, sender)
                if world.quirks.scim_media_type_required:
                    media.check(operation, headers, has_body=bool(raw_body))
                body = self._read_body(world, operation, raw_body)
                request = Request(
                    operation, match.arguments, self._read_query(operation, query), body, token, self._read_lists(operation, query)
                )
                handler = _HANDLERS.get(operation.id)
                if handler is None:
                    return replies.errors(501, (None, f"The emulator does not implement {operation.id} yet."))
                reply = handler(world, request)
                return attrs.evolve(reply, content_type=operation.answers) if reply.content_type == replies.JSON else reply
            except replies.Refusal as refusal:
                return refusal.reply

    def bundle(self, path: str, query: Mapping[str, str]) -> replies.Reply:
        """Answer a request to a presigned URL."""
        with self.lock:
            return edge.serve_bundle(self.platform, path, query)

    def data(self, path: str) -> replies.Reply:
        """Answer a request to a data endpoint."""
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
            if (operation.id, name) not in _LENIENT:
                problems = self._contract.problems(parameter.pointer, value)
                if problems:
                    raise replies.Refusal(replies.errors(400, *((None, f"query parameter {name}: {problem}") for problem in problems)))
        return values

    def _read_lists(self, operation: Operation, query: Query) -> dict[str, list[str]]:
        lists = {name: query.get_all(name) for name, parameter in operation.query.items() if "array" in parameter.types}
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
            body = codec.loads(raw)
        except codec.JSONDecodeError as error:
            raise replies.refusal(400, f"The body is not JSON: {problem(raw)}") from error
        if raw.count(b"[") + raw.count(b"{") > _MAX_DEPTH and _depth(body) > _MAX_DEPTH:
            raise replies.refusal(400, "The body is nested too deeply.")
        if operation.id in _OBJECTIONS:
            objections = _OBJECTIONS[operation.id](world, body)
            if objections:
                raise replies.Refusal(replies.errors(422, *objections))
        problems = () if operation.id in _UNCHECKED else self._contract.problems(operation.body, body, formats=True)
        if problems:
            status = 422 if operation.id in _UNPROCESSABLE else 400
            raise replies.Refusal(replies.errors(status, *((None, problem) for problem in problems)))
        return body

    def _allows_nothing(self, pointer: str) -> bool:
        """Return whether the schema of a body allows an empty one.

        If it does not, the body is required, even where the contract fails to say so.
        """
        return any(not self._contract.problems(pointer, body) for body in _EMPTY_BODIES)


def _depth(value: object) -> int:
    """Return how deep lists and objects are nested."""
    depth, layer = 0, [value]
    while layer := [item for item in layer if isinstance(item, dict | list)]:
        layer = [inner for item in layer for inner in (item.values() if isinstance(item, dict) else item)]
        depth += 1
    return depth


def _typed(name: str, value: str, types: frozenset[str]) -> str | int | bool:
    """Convert a query value to a type that its schema allows."""
    if "integer" in types:
        if not _INTEGER.fullmatch(value):
            raise replies.refusal(400, f"query parameter {name}: {value!r} is not a number")
        return int(value)
    if "boolean" in types:
        if value.lower() not in _BOOLEANS:
            raise replies.refusal(400, f"query parameter {name}: {value!r} is neither true nor false")
        return _BOOLEANS[value.lower()]
    return value
