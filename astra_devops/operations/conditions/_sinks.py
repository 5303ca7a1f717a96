"""Recognizing a sink by everything but its secrets.

Any sink of the contract is recognized: no kind and no field is listed here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from astra_devops._secret import Secret

_USER_INFO: Final = re.compile(r"//[^/@]*@")


def sink_ids(config: object) -> dict[str, str]:
    """Return the kind and fields of the sink in a request or an answer, as ids of the operation.

    Secrets are left out. So are the user, the query and the fragment of an address, which may hold
    a password or a key.
    """
    for kind, block in _set_fields(config):
        fields = {name: value for name, value in _set_fields(block) if not isinstance(value, Secret)}
        return {"sink": kind, **{name: _as_id(value) for name, value in fields.items()}}
    return {}


def shows_sink(config: object, ids: Mapping[str, str]) -> bool:
    """Check whether an answer describes the sink of these ids.

    What one of them leaves out is not compared, except for the kind.
    """
    shown = sink_ids(config)
    return shown.get("sink") == ids.get("sink") and all(ids.get(name, value) == value for name, value in shown.items())


def _set_fields(model: Any) -> Iterator[tuple[str, Any]]:
    for field in attrs.fields(type(model)):
        value = getattr(model, field.name)
        if value is not None and "wire" in field.metadata:
            yield field.name, value


def _as_id(value: object) -> str:
    if isinstance(value, list):
        return ",".join(_as_id(item) for item in value)
    return _USER_INFO.sub("//", str(value)).partition("?")[0].partition("#")[0].rstrip("/")
