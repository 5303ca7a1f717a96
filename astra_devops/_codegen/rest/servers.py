"""The servers of a document, and the operations that are not on the first of them."""

from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from astra_devops._codegen.errors import Node, SpecError, Warn
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.repair_operations import VARIABLE

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def server_of(document: Node, path: Node, operation: Node, pointers: tuple[str, str], warn: Warn) -> str | None:
    """Return the base URL of an operation that has another server than the document, or None.

    Of several servers the first counts, with the default values of its variables. ``pointers`` are
    those of the path and of the operation.

    Raises:
        SpecError: The server is not an https URL. (An http URL of this machine is accepted, too.)
    """
    node, pointer = (operation, pointers[1]) if operation.get("servers") else (path, pointers[0])
    if not node.get("servers"):
        return None
    where = join(pointer, "servers", 0)
    common = _url((document.get("servers") or [{"url": "/"}])[0], "/servers/0")
    own = urljoin(common.rstrip("/") + "/", _url(node["servers"][0], where)).rstrip("/")
    if own == common.rstrip("/") or own == "":
        return None
    parts = urlsplit(own)
    if not parts.hostname or parts.query or parts.username or parts.scheme not in ("https", "http"):
        raise SpecError(join(where, "url"), f"the server must be an https URL without user and query, not {own!r}")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise SpecError(join(where, "url"), f"the server must be an https URL, since requests carry a token, not {own!r}")
    warn(where, f"the operation {operation.get('operationId')!r} has a server of its own", f"its requests, with the token, go to {own}")
    return own


def _url(server: Any, pointer: str) -> str:
    variables = server.get("variables") or {}

    def value(name: str) -> str:
        default = (variables.get(name) or {}).get("default")
        if not isinstance(default, str):
            raise SpecError(join(pointer, "url"), f"the variable {{{name}}} of the server must have a default value")
        return default

    return VARIABLE.sub(lambda match: value(match[1]), str(server["url"]))
