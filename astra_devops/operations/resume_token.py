"""Resume tokens: accepted operations as short strings without secrets."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from astra_devops._json_bytes import codec

_VERSION: Final = 2


def encode(kind: str, params: Mapping[str, str]) -> str:
    """Encode a kind of operation and its parameters as a token."""
    # Sorted, so that equal operations have equal tokens.
    document = codec.dumps({"kind": kind, "params": dict(sorted(params.items())), "v": _VERSION})
    return base64.urlsafe_b64encode(document).decode().rstrip("=")


def decode(token: str) -> tuple[str, dict[str, str]]:
    """Decode a token into the kind of operation and its parameters.

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
            return kind, params
        case {"v": int(version)} if not isinstance(version, bool) and version != _VERSION:
            other = "a later" if version > _VERSION else "an earlier"
            raise ValueError(
                f"token was created by {other} version of astra-devops: it has format {version}, this version reads {_VERSION}"
            )
    raise ValueError("token is not a resume token")
