"""The router: finds the operation for the method and path of a request.

It is not aiohttp's dispatcher, because the service words its answers to a wrong method (405) and to
an empty path segment (301) in its own way, and because segments must be split before they are
unquoted.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

import attrs

from astra_devops.emulator.contract.contract import Operation


@attrs.frozen
class Match:
    """The operation for a request, and the values of the variables in its path."""

    operation: Operation
    arguments: Mapping[str, str]


class Query(dict[str, str]):
    """The query of a request: the last value of each name, and all values by :meth:`get_all`."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)
        super().__init__(self._pairs)

    def get_all(self, name: str) -> list[str]:
        """List the values of a name that may be repeated."""
        return [value for other_name, value in self._pairs if other_name == name]


@attrs.define
class _Node:
    """One segment of the paths, with the segments that may follow: literal ones, and a variable."""

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
        """Find the operation for a method and a raw path.

        Returns the methods that the path accepts if this is not one of them, and None for an
        unknown path.
        """
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
    """Follow the segments. A literal segment that leads nowhere is tried again as a variable."""
    if position == len(segments):
        return node if node.operations else None
    segment = segments[position]
    if segment in node.literal:
        leaf = _descend(node.literal[segment], segments, position + 1, values)
        if leaf is not None:
            return leaf
    if node.variable is None or not segment:
        return None
    values.append(segment)
    leaf = _descend(node.variable, segments, position + 1, values)
    if leaf is None:
        values.pop()
    return leaf
