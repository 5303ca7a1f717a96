"""Applying an OpenAPI Overlay 1.0 document.

Actions are applied in order, each to the nodes that its JSONPath (RFC 9535) selects. Objects merge
recursively, arrays concatenate, everything else is replaced. An action that selects nothing is an
error, since the place that it was written for is gone. If an action selects a list, the items of a
list are added to it (as in Overlay 1.1).
"""

import copy
from functools import reduce
from operator import getitem
from typing import Any, Final, cast

import jsonpath_rfc9535 as jsonpath

from astra_devops._codegen.errors import Node, SpecError
from astra_devops._codegen.pointer import join

_KEYS: Final = frozenset({"target", "description", "update", "remove"})


def apply(document: Node, overlay: Node) -> Node:
    """Return a copy of a document with an overlay applied.

    Raises:
        SpecError: The overlay is malformed, or an action selects nothing. The pointer is the action
            in the overlay.
    """
    version = overlay.get("overlay")
    if not isinstance(version, str) or not version.startswith("1."):
        raise SpecError("/overlay", "the overlay must be an OpenAPI Overlay 1.x document")
    actions = overlay.get("actions")
    if not isinstance(actions, list):
        raise SpecError("/actions", "an overlay must have a list of actions")
    result = copy.deepcopy(document)
    for index, action in enumerate(actions):
        _act(result, action, join("/actions", index))
    return result


def _act(document: Node, action: Any, pointer: str) -> None:
    if not isinstance(action, dict) or not isinstance(action.get("target"), str):
        raise SpecError(pointer, "an action must have a target")
    for key in action:
        if key not in _KEYS and not str(key).startswith("x-"):
            raise SpecError(join(pointer, key), f"an action has no field {key!r}")
    target = action["target"]
    nodes = _select(document, target, pointer)
    if action.get("remove") is True:
        _remove(document, {node.location for node in nodes}, target, pointer)
    elif "update" in action:
        for node in nodes:
            _update(node.value, action["update"], target, pointer)
    else:
        raise SpecError(pointer, f"the action on {target} must have update or remove")


def _select(document: Node, target: str, pointer: str) -> list[jsonpath.JSONPathNode]:
    try:
        nodes = list(jsonpath.find(target, cast("Any", document)))
    except jsonpath.JSONPathError as error:
        raise SpecError(join(pointer, "target"), f"{target} is not a JSONPath: {error}") from error
    if not nodes:
        raise SpecError(join(pointer, "target"), f"the action on {target} selects nothing")
    return nodes


def _remove(document: Any, locations: set[tuple[int | str, ...]], target: str, pointer: str) -> None:
    if () in locations:
        raise SpecError(join(pointer, "target"), f"{target} would remove the whole document")
    # From last to first, so that the indexes of a list stay valid while it shrinks. What is in a
    # node that is removed goes before it.
    for location in sorted(locations, key=lambda location: [_rank(part) for part in location], reverse=True):
        del reduce(getitem, location[:-1], document)[location[-1]]


def _rank(part: int | str) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (0, part)


def _update(value: object, update: Any, target: str, pointer: str) -> None:
    if isinstance(value, list):
        value.extend(copy.deepcopy(update if isinstance(update, list) else [update]))
    elif isinstance(value, dict) and isinstance(update, dict):
        _merge(value, update)
    else:
        kind = "an object" if isinstance(value, dict) else "a single value"
        raise SpecError(join(pointer, "update"), f"{target} selects {kind}, which this update cannot be merged into")


def _merge(value: Node, update: Node) -> None:
    for key, new in update.items():
        old = value.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            _merge(old, new)
        elif isinstance(old, list) and isinstance(new, list):
            value[key] = old + copy.deepcopy(new)
        else:
            value[key] = copy.deepcopy(new)
