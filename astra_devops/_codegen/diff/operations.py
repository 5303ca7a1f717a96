"""Comparing the operations of two models."""

import re
from collections.abc import Callable
from typing import Final

from astra_devops._codegen.diff.changes import Change, Changes
from astra_devops._codegen.diff.types import TypeComparison
from astra_devops._codegen.rest.model import NONE, Model, Operation, Parameter
from astra_devops._codegen.rest.repair_operations import derived_id

_VARIABLE: Final = re.compile(r"\{[^{}]*\}")

Report = Callable[[Change], None]


def compare(old: Model, new: Model) -> Changes:
    """Return what changed between two models.

    Operations are the same if they have the same method and path; the names of the variables in the
    path do not count, since they are not sent. One of the same id elsewhere has moved.
    """
    changes = Changes()
    before = {_identity(operation): operation for operation in old.operations}
    after = {_identity(operation): operation for operation in new.operations}
    added = {operation.id: operation for identity, operation in after.items() if identity not in before}
    pairs = [(before[identity], after[identity]) for identity in before if identity in after]
    for identity, operation in before.items():
        if identity in after:
            continue
        if (moved := added.pop(operation.id, None)) is None:
            changes.add(operation.id, Change(_place(operation), "operation removed", True))
        else:
            changes.add(operation.id, Change(_place(operation), f"moved to {_place(moved)}", True))
            pairs.append((operation, moved))
    for operation in added.values():
        changes.add(operation.id, Change(_place(operation), "operation added", False))
    for earlier, operation in pairs:

        def report(change: Change, name: str = operation.id) -> None:
            changes.add(name, change)

        _compare_operations(earlier, operation, report)
        _compare_parameters(earlier, operation, TypeComparison(old, new, "request", report), report)
        _compare_bodies(earlier, operation, TypeComparison(old, new, "request", report), report)
        _compare_answers(earlier, operation, TypeComparison(old, new, "answer", report), report)
    return changes


def _identity(operation: Operation) -> tuple[str, str]:
    return operation.method, _VARIABLE.sub("{}", operation.path)


def _place(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _compare_operations(old: Operation, new: Operation, report: Report) -> None:
    place = _place(new)
    if old.id != new.id and not {old.id, new.id} & {derived_id(it.method.lower(), it.path) for it in (old, new)}:
        # An id that is derived from method and path stands for none in the document.
        report(Change(place, f"the operation is called {new.id} instead of {old.id}", True))
    if old.server != new.server:
        report(Change(place, f"sent to {new.server or 'the base URL'} instead of {old.server or 'the base URL'}", True))
    if new.deprecated and not old.deprecated:
        report(Change(place, "deprecated now", False))
    if old.success != new.success:
        report(Change(place, f"succeeds with {_codes(new)} instead of {_codes(old)}", False))
    for name in new.permissions:
        if not old.permissions:
            report(Change(place, f"names the permission {name}, where none was named", False))
        elif name not in old.permissions:
            report(Change(place, f"needs the permission {name} now", True))
    for name in old.permissions:
        if name not in new.permissions:
            report(Change(place, f"no longer needs the permission {name}", False))


def _codes(operation: Operation) -> str:
    return "any 2xx" if len(operation.success) == 100 else ", ".join(map(str, operation.success))


def _compare_parameters(old: Operation, new: Operation, types: TypeComparison, report: Report) -> None:
    before, after = _parameters(old), _parameters(new)
    for key, parameter in before.items():
        place = f"{_place(new)} {parameter.place} parameter {parameter.wire}"
        if key not in after:
            report(Change(place, "removed", True, "request"))
            continue
        now = after[key]
        if parameter.required is not now.required:
            report(Change(place, "required now" if now.required else "optional now", now.required, "request"))
        types.compare(parameter.type, now.type, place)
    for key, parameter in after.items():
        if key not in before:
            place = f"{_place(new)} {parameter.place} parameter {parameter.wire}"
            text = "added, required" if parameter.required else "added, optional"
            report(Change(place, text, parameter.required, "request"))


def _parameters(operation: Operation) -> dict[tuple[str, str], Parameter]:
    """Return the parameters by place and name; those of the path by place and number."""
    variables = [name[1:-1] for name in _VARIABLE.findall(operation.path)]
    return {
        (
            parameter.place,
            str(variables.index(parameter.wire)) if parameter.wire in variables and parameter.place == "path" else parameter.wire,
        ): parameter
        for parameter in operation.parameters
    }


def _compare_bodies(old: Operation, new: Operation, types: TypeComparison, report: Report) -> None:
    place = f"{_place(new)} body"
    if old.body is None or new.body is None:
        if new.body is not None:
            report(Change(place, "added, required" if new.body.required else "added, optional", new.body.required, "request"))
        elif old.body is not None:
            report(Change(place, "removed", True, "request"))
        return
    if old.body.required is not new.body.required:
        report(Change(place, "required now" if new.body.required else "optional now", new.body.required, "request"))
    if old.body.media != new.body.media:
        report(Change(place, f"{new.body.media} instead of {old.body.media}", True, "request"))
    types.compare(old.body.type, new.body.type, place)


def _compare_answers(old: Operation, new: Operation, types: TypeComparison, report: Report) -> None:
    place = _place(new)
    if NONE in (old.result, new.result):
        if old.result != new.result:
            text = f"{types.text(old.result, types.old)} no longer" if new.result == NONE else f"{types.text(new.result, types.new)} now"
            report(Change(place, f"has a body of {text}", new.result == NONE, "answer"))
        return
    before, after = (operation.accepts.partition(",")[0] for operation in (old, new))  # errors may be of another type
    if before != after:
        report(Change(place, f"{after} instead of {before}", True, "answer"))
    types.compare(old.result, new.result, place)
