"""Deciding which module a class goes to, and in which order the classes of a module stand."""

from collections.abc import Iterable

from astra_devops._codegen.rest.model import Class, Definition, Model, Named, Operation, leaves

COMMON = "common"
"""The module of the classes that more than one group needs."""


def modules(model: Model) -> dict[str, str]:
    """Return the module of each class that an operation reaches, by the key of the class."""
    groups: dict[str, set[str]] = {}
    for operation in model.operations:
        for key in _reached(model, operation):
            groups.setdefault(key, set()).add(operation.group)
    return {key: min(names) if len(names) == 1 else COMMON for key, names in groups.items()}


def _reached(model: Model, operation: Operation) -> list[str]:
    types = [operation.result, *(parameter.type for parameter in operation.parameters)]
    if operation.body is not None:
        types.append(operation.body.type)
    pending = [leaf.key for kind in types for leaf in leaves(kind) if isinstance(leaf, Named)]
    found: dict[str, None] = {}
    while pending:
        key = pending.pop()
        if key not in found:
            found[key] = None
            pending += needs(model.definitions[key])
    return list(found)


def needs(definition: Definition) -> list[str]:
    """Return the keys of the classes that the fields of a class mention."""
    if not isinstance(definition, Class):
        return []
    return [leaf.key for field in definition.fields for leaf in leaves(field.type) if isinstance(leaf, Named)]


def ordered(definitions: Iterable[Definition]) -> list[Definition]:
    """Order the classes of a module by name, each after those that it mentions as far as cycles allow."""
    waiting = {definition.key: definition for definition in sorted(definitions, key=lambda it: it.name)}
    result: list[Definition] = []
    open_keys: set[str] = set()

    def visit(definition: Definition) -> None:
        open_keys.add(definition.key)
        for key in sorted(set(needs(definition)) & waiting.keys(), key=lambda it: waiting[it].name):
            if key in waiting and key not in open_keys:
                visit(waiting[key])
        result.append(waiting.pop(definition.key))

    while waiting:
        visit(next(iter(waiting.values())))
    return result
