"""The file format of recordings: a heading, and a line of JSON for each exchange."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from astra_devops._json_bytes import codec

_FORMAT: Final = "astra-devops recording"
_VERSION: Final = 1

Pairs = list[tuple[str, str]]


@attrs.define(kw_only=True)
class Recorded:
    """One exchange, without its secrets.

    ``failure`` says how the connection was lost; there is no answer then. ``body`` is the document
    of an answer in JSON, ``text`` any other answer. ``omitted`` is the number of bytes of a body
    that is neither, or too large.
    """

    method: str
    path: str
    query: Pairs
    request: Any = None
    status: int = 0
    headers: Mapping[str, str] = attrs.field(factory=dict)
    body: Any = None
    text: str | None = None
    omitted: int | None = None
    failure: str | None = None


def heading(upstream: str) -> bytes:
    """Return the first line of a recording."""
    return codec.dumps({"format": _FORMAT, "version": _VERSION, "upstream": upstream})


def line(recorded: Recorded) -> bytes:
    """Return the line of an exchange. Absent values are omitted, except for a ``null`` body."""
    document: dict[str, Any] = {"method": recorded.method, "path": recorded.path}
    if recorded.query:
        document["query"] = recorded.query
    if recorded.request is not None:
        document["request"] = recorded.request
    if recorded.failure is not None:
        return codec.dumps(document | {"failure": recorded.failure})
    document |= {"status": recorded.status, "headers": dict(recorded.headers)}
    if recorded.omitted is not None:
        document["omitted"] = recorded.omitted
    elif recorded.text is not None:
        document["text"] = recorded.text
    else:
        document["body"] = recorded.body
    return codec.dumps(document)


def read(path: str | os.PathLike[str]) -> list[Recorded]:
    """Read the exchanges of a recording, except for the withheld ones.

    Raises:
        ValueError: The file is not a recording, or a line is malformed; the message names the line.
    """
    lines = Path(path).read_bytes().splitlines()
    first = _object(path, 1, lines[0] if lines else b"")
    if first.get("format") != _FORMAT:
        raise ValueError(f"{os.fspath(path)} is not a recording: in the first line, 'format' must be {_FORMAT!r}")
    if first.get("version") != _VERSION:
        raise ValueError(f"{os.fspath(path)} is a recording of version {first.get('version')!r}, but only version {_VERSION} can be read")
    exchanges = [_recorded(path, number, raw) for number, raw in enumerate(lines[1:], 2) if raw.strip()]
    return [recorded for recorded in exchanges if recorded is not None]


def _recorded(path: str | os.PathLike[str], number: int, raw: bytes) -> Recorded | None:
    """Read one line. Returns None if its exchange was withheld."""
    document = _object(path, number, raw)
    if "withheld" in document:
        return None
    try:
        recorded = Recorded(**{**document, "query": [(str(name), str(value)) for name, value in document.get("query", ())]})
    except (TypeError, ValueError) as error:
        raise ValueError(f"{os.fspath(path)}:{number} is not an exchange: {error}") from None
    if not recorded.failure and not 100 <= recorded.status <= 599:
        raise ValueError(f"{os.fspath(path)}:{number} must have a status from 100 to 599, or a failure")
    return recorded


def _object(path: str | os.PathLike[str], number: int, raw: bytes) -> dict[str, Any]:
    try:
        document = codec.loads(raw)
    except codec.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise ValueError(f"{os.fspath(path)}:{number} is not a JSON object")
    return document
