"""Assigning classes to modules, and ordering the classes of a module."""

from collections.abc import Iterable, Mapping
from typing import Final

from astra_devops._codegen.rest.model import Class, Definition, Model, Named, Operation, Type, leaves
from astra_devops._codegen.rest.names import snake

COMMON: Final = "common_"
"""What the modules begin with whose classes several groups use."""

REQUESTS: Final = "_requests"
"""What the modules end with whose classes are sent and never received."""


def modules(model: Model) -> dict[str, str]:
    """Return the module of each class that an operation uses, by the key of the class.

    Of the classes that several groups use, those that contain one another share a module, so that
    a program imports no others. It has the name of the class that contains the rest. Classes that
    a group only sends have a module of their own, since most programs read more than they change.
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
    return homes | {key: homes[key] + REQUESTS for key in _only_sent(model) if not homes[key].startswith(COMMON)}


def _only_sent(model: Model) -> set[str]:
    """Return the keys of the classes that are in bodies of requests, and nowhere else."""
    sent = {key for it in model.operations if it.body is not None for key in _reachable(model, [it.body.type])}
    others = {key for it in model.operations for key in _reachable(model, [it.result, *(parameter.type for parameter in it.parameters)])}
    return {key for key in sent - others if isinstance(model.definitions[key], Class)}


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
    return _reachable(model, types if operation.body is None else [*types, operation.body.type])


def _reachable(model: Model, types: Iterable[Type]) -> list[str]:
    """Return the keys of the classes in types, and of the classes in these."""
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
