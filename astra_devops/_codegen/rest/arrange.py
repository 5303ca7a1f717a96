"""Assigning classes to modules, and ordering the classes of a module."""

from collections.abc import Iterable, Mapping
from typing import Final

from astra_devops._codegen.rest.model import Class, Definition, Model, Named, Operation, leaves
from astra_devops._codegen.rest.names import snake

COMMON: Final = "common_"
"""What the modules begin with whose classes several groups use."""


def modules(model: Model) -> dict[str, str]:
    """Return the module of each class that an operation uses, by the key of the class.

    Of the classes that several groups use, those that contain one another share a module, so that
    a program imports no others. It has the name of the class that contains the rest.
    """
    groups: dict[str, set[str]] = {}
    for operation in model.operations:
        for key in _used_keys(model, operation):
            groups.setdefault(key, set()).add(operation.group)
    homes = {key: min(names) for key, names in groups.items() if len(names) == 1}
    shared = {key: set(mentioned_keys(model.definitions[key])) & groups.keys() - homes.keys() for key in groups.keys() - homes.keys()}
    for keys in _clusters(shared):
        outermost = keys - {inner for key in keys for inner in shared[key] if inner != key}
        name = COMMON + min(snake(model.definitions[key].name) for key in outermost or keys)
        homes |= dict.fromkeys(keys, name)
    return homes


def _clusters(neighbors: Mapping[str, set[str]]) -> list[set[str]]:
    """Divide keys into sets, so that neighbors are in the same one."""
    clusters: list[set[str]] = []
    for key, others in neighbors.items():
        touched = [cluster for cluster in clusters if not cluster.isdisjoint({key, *others})]
        clusters = [cluster for cluster in clusters if cluster not in touched]
        clusters.append({key, *others}.union(*touched))
    return clusters


def _used_keys(model: Model, operation: Operation) -> list[str]:
    types = [operation.result, *(parameter.type for parameter in operation.parameters)]
    if operation.body is not None:
        types.append(operation.body.type)
    pending = [leaf.key for kind in types for leaf in leaves(kind) if isinstance(leaf, Named)]
    keys: dict[str, None] = {}
    while pending:
        key = pending.pop()
        if key not in keys:
            keys[key] = None
            pending += mentioned_keys(model.definitions[key])
    return list(keys)


def mentioned_keys(definition: Definition) -> list[str]:
    """Return the keys of the classes in the fields of a class."""
    if not isinstance(definition, Class):
        return []
    return [leaf.key for field in definition.fields for leaf in leaves(field.type) if isinstance(leaf, Named)]


def ordered(definitions: Iterable[Definition]) -> list[Definition]:
    """Order the classes of a module by name, but after the classes in their fields if possible."""
    waiting = {definition.key: definition for definition in sorted(definitions, key=lambda it: it.name)}
    result: list[Definition] = []
    open_keys: set[str] = set()

    def visit(definition: Definition) -> None:
        open_keys.add(definition.key)
        for key in sorted(set(mentioned_keys(definition)) & waiting.keys(), key=lambda it: waiting[it].name):
            if key in waiting and key not in open_keys:
                visit(waiting[key])
        result.append(waiting.pop(definition.key))

    while waiting:
        visit(next(iter(waiting.values())))
    return result
