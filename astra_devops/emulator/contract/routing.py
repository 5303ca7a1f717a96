"""From method and path to an operation of the contract."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

import attrs

from astra_devops.emulator.contract.contract import Operation


@attrs.frozen
class Match:
    """The operation that a request asks for, and the variables in its path."""

    operation: Operation
    arguments: Mapping[str, str]


class Query(dict[str, str]):
    """The query of a request: the last value of each name, and on demand every one."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)
        super().__init__(self._pairs)

    def every(self, name: str) -> list[str]:
        """List the values of a name that is repeated."""
        return [value for known, value in self._pairs if known == name]


@attrs.define
class _Node:
    """One segment of the paths: literal children before the variable one."""

    literal: "dict[str, _Node]" = attrs.field(factory=dict)
    variable: "_Node | None" = None
    operations: dict[str, Operation] = attrs.field(factory=dict)


class Router:
    """A tree of path segments."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.segments:
            if segment.startswith("{"):
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.literal.setdefault(segment, _Node())
        node.operations[operation.method] = operation

    def match(self, method: str, path: str) -> Match | frozenset[str] | None:
        """Find the operation for a raw path; the methods that the path does know, if not this one; None for an unknown path."""
        segments = [unquote(segment) for segment in path.split("/")[1:]]
        values: list[str] = []
        node = _descend(self._root, segments, 0, values)
        if node is None:
            return None
        operation = node.operations.get(method)
        if operation is None:
            return frozenset(node.operations)
        return Match(operation, dict(zip(operation.variables, values, strict=True)))


def _descend(node: _Node, segments: list[str], position: int, values: list[str]) -> _Node | None:
    """Follow the segments; a literal that leads nowhere is tried again as a variable."""
    if position == len(segments):
        return node if node.operations else None
    segment = segments[position]
    if segment in node.literal:
        found = _descend(node.literal[segment], segments, position + 1, values)
        if found is not None:
            return found
    if node.variable is None or not segment:
        return None
    values.append(segment)
    found = _descend(node.variable, segments, position + 1, values)
    if found is None:
        values.pop()
    return found
