"""Assigning classes to modules, and ordering the classes of a module."""

from collections.abc import Iterable
from typing import Final

from astra_devops._codegen.rest.model import Class, Definition, Model, Named, Operation, leaves

COMMON: Final = "common"
"""The module of the classes that several groups use."""


def modules(model: Model) -> dict[str, str]:
    """Return the module of each class that an operation uses, by the key of the class."""
    groups: dict[str, set[str]] = {}
    for operation in model.operations:
        for key in _used_keys(model, operation):
            groups.setdefault(key, set()).add(operation.group)
    return {key: min(names) if len(names) == 1 else COMMON for key, names in groups.items()}


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
