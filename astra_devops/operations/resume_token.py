"""Resume tokens: accepted operations as short strings without secrets."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from astra_devops._json_bytes import codec

_VERSION: Final = 2
# A traceparent of W3C Trace Context.
_TRACE: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Resumable(NamedTuple):
    """What a token says: the kind of operation, its parameters, and the trace that it began in."""

    kind: str
    params: dict[str, str]
    traceparent: str | None = None


def encode(kind: str, params: Mapping[str, str], traceparent: str | None = None) -> str:
    """Encode a kind of operation and its parameters as a token, and the trace if there is one."""
    # Sorted, so that equal operations have equal tokens.
    trace = {} if traceparent is None else {"trace": traceparent}
    document = codec.dumps({"kind": kind, "params": dict(sorted(params.items())), **trace, "v": _VERSION})
    return base64.urlsafe_b64encode(document).decode().rstrip("=")


def decode(token: str) -> Resumable:
    """Decode a token.

    White space is ignored: a token may come from a file, or from a message with short lines.

    Raises:
        TypeError: ``token`` is not a string.
        ValueError: ``token`` is not a resume token, or another version of this package created it.
    """
    if not isinstance(token, str):
        raise TypeError(f"token must be a string, not {type(token).__name__}")
    try:
        text = "".join(token.split()).rstrip("=")
        document = codec.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise ValueError("token is not a resume token") from None
    match document:
        case {"v": 2, "kind": str(kind), "params": dict(params)} if all(isinstance(value, str) for value in params.values()):
            trace = document.get("trace")
            if trace is None or (isinstance(trace, str) and _TRACE.fullmatch(trace)):
                return Resumable(kind, params, trace)
        case {"v": int(version)} if not isinstance(version, bool) and version != _VERSION:
            other = "a later" if version > _VERSION else "an earlier"
            raise ValueError(
                f"token was created by {other} version of astra-devops: it has format {version}, this version reads {_VERSION}"
            )
    raise ValueError("token is not a resume token")
