"""Answers as the journal keeps them: without secrets, and enough to repeat what a call returned."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import attrs

from astra_devops._json.convert import ShapeError, structure
from astra_devops._json.writing import unstructure
from astra_devops._json_bytes import codec
from astra_devops._runtime.call import Answer, Call
from astra_devops._runtime.request import Request, secrets_of
from astra_devops._secret import Secret, SecretBytes, redact
from astra_devops.fleet.journal.rows import StepRow

_SECRET: Final = "its answer held a secret, which is never recorded"
_UNREADABLE: Final = "its answer could not be read"
_UNTYPED: Final = "its answer has no known form, and may hold a secret"


@attrs.frozen
class Withheld:
    """An answer that was not recorded: why, and the ids in it."""

    reason: str
    ids: Mapping[str, str]


def digest_of(call: Call[Any], request: Request) -> bytes:
    """Return a digest of a request in which secrets are masked."""
    body = request.body or b""
    if body and (secrets := secrets_of(call)):
        body = redact(body.decode(errors="replace"), secrets).encode()
    return hashlib.blake2b(f"{request.method} {request.target}\n".encode() + body, digest_size=16).digest()


def recorded(answer: Answer[Any] | None, call: Call[Any]) -> str:
    """Return an answer as the journal keeps it; None is one that could not be read."""
    if answer is None:
        return _text({"withheld": _UNREADABLE})
    document: dict[str, Any] = {"status": answer.status}
    if location := answer.headers.get("location"):
        document["location"] = redact(location)
    if answer.value is None:
        return _text(document)
    if _holds_secret(answer.value):
        return _text(document | {"withheld": _SECRET, "ids": _ids(answer.value)})
    if call.result in (object, Any):
        return _text(document | {"withheld": _UNTYPED})
    try:
        return _text(document | {"value": unstructure(answer.value)})
    except (TypeError, ValueError):
        return _text(document | {"withheld": _UNTYPED, "ids": _ids(answer.value)})


def replayed(step: StepRow, call: Call[Any]) -> Answer[Any] | Withheld:
    """Return the answer that was recorded for a call."""
    document = step.answer or {}
    if "withheld" in document:
        return Withheld(document["withheld"], document.get("ids", {}))
    headers = {"location": document["location"]} if "location" in document else {}
    value = None
    if "value" in document:
        try:
            value = structure(document["value"], call.result)
        except ShapeError:
            return Withheld(_UNREADABLE, {})
    return Answer(value=value, status=document.get("status", 0), headers=headers, attempts=0)


def _text(document: Mapping[str, Any]) -> str:
    return codec.dumps(document).decode()


def _holds_secret(value: object) -> bool:
    if isinstance(value, Secret | SecretBytes):
        return True
    if isinstance(value, Mapping):
        return any(_holds_secret(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_secret(item) for item in value)
    cls: type[Any] = type(value)
    return attrs.has(cls) and any(_holds_secret(getattr(value, field.name)) for field in attrs.fields(cls) if field.name != "extra")


def _ids(value: object) -> dict[str, str]:
    """Return the fields of an answer that name what it made."""
    cls: type[Any] = type(value)
    if not attrs.has(cls):
        return {}
    fields = {field.name: getattr(value, field.name) for field in attrs.fields(cls)}
    return {name: redact(text) for name, text in fields.items() if isinstance(text, str) and (name == "id" or name.endswith("_id"))}
