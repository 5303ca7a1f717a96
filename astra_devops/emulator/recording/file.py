"""The file that a recorder writes and a replay reads: a line of JSON for each exchange, below one that says what this is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import orjson

FORMAT = "astra-devops recording"
VERSION = 1

Pairs = list[tuple[str, str]]


@attrs.define(kw_only=True)
class Recorded:
    """One exchange, without its secrets.

    ``failure`` says how the line was cut; there is no answer then. ``body`` is a document where the
    answer was JSON; else ``text``; ``omitted`` counts the bytes of one that was neither, or too
    large.
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
    """Write the first line."""
    return orjson.dumps({"format": FORMAT, "version": VERSION, "upstream": upstream})


def line(recorded: Recorded) -> bytes:
    """Write an exchange. What it lacks is left out, but for a body that is ``null``."""
    written: dict[str, Any] = {"method": recorded.method, "path": recorded.path}
    if recorded.query:
        written["query"] = recorded.query
    if recorded.request is not None:
        written["request"] = recorded.request
    if recorded.failure is not None:
        return orjson.dumps(written | {"failure": recorded.failure})
    written |= {"status": recorded.status, "headers": dict(recorded.headers)}
    if recorded.omitted is not None:
        written["omitted"] = recorded.omitted
    elif recorded.text is not None:
        written["text"] = recorded.text
    else:
        written["body"] = recorded.body
    return orjson.dumps(written)


def read(path: str | os.PathLike[str]) -> list[Recorded]:
    """Read a recording.

    Raises:
        ValueError: it is none, or a line of it is damaged; the message names the line.
    """
    lines = Path(path).read_bytes().splitlines()
    first = _object(path, 1, lines[0] if lines else b"")
    if first.get("format") != FORMAT or first.get("version") != VERSION:
        raise ValueError(f"{os.fspath(path)} is no recording of version {VERSION}: the first line does not say so")
    read_lines = [_recorded(path, number, raw) for number, raw in enumerate(lines[1:], 2) if raw.strip()]
    return [recorded for recorded in read_lines if recorded is not None]


def _recorded(path: str | os.PathLike[str], number: int, raw: bytes) -> Recorded | None:
    """Read one line; None if its exchange was withheld."""
    found = _object(path, number, raw)
    if "withheld" in found:
        return None
    try:
        recorded = Recorded(**{**found, "query": [(str(name), str(value)) for name, value in found.get("query", ())]})
    except (TypeError, ValueError) as problem:
        raise ValueError(f"{os.fspath(path)}:{number} is no exchange: {problem}") from None
    if not recorded.failure and not 100 <= recorded.status <= 599:
        raise ValueError(f"{os.fspath(path)}:{number} has neither a status nor a failure")
    return recorded


def _object(path: str | os.PathLike[str], number: int, raw: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{os.fspath(path)}:{number} is not a JSON object")
    return found
