"""Telling two sinks apart without looking at their secrets."""

import re
from collections.abc import Mapping
from typing import Final

_KINDS: Final = ("kafka", "prometheus_remote", "cloudwatch", "splunk", "pulsar", "datadog")
_PLACES: Final = ("bootstrap_servers", "endpoint", "topic", "index", "region", "site", "auth_strategy")
_USER_INFO: Final = re.compile(r"//[^/@]*@")


def place_of(config: object) -> dict[str, str]:
    """Say where the sink in a request or an answer is, without what is secret: an address might hold a password or a key, too."""
    for kind in _KINDS:
        block = getattr(config, kind, None)
        if block is not None:
            return {"sink": kind, **{name: _spelled(value) for name in _PLACES if (value := getattr(block, name, None))}}
    return {}


def is_at(config: object, wanted: Mapping[str, str]) -> bool:
    """Say whether an answer tells of the sink that is wanted.

    What it leaves out is not compared, apart from the kind.
    """
    found = place_of(config)
    return found.get("sink") == wanted.get("sink") and all(wanted.get(name, value) == value for name, value in found.items())


def _spelled(value: object) -> str:
    if isinstance(value, list):
        return ",".join(_spelled(item) for item in value)
    return _USER_INFO.sub("//", str(value)).partition("?")[0].partition("#")[0].rstrip("/")
