"""Reading a YAML or JSON document into plain dicts and lists.

YAML is read by the core schema of YAML 1.2, so that dates, ``on`` and ``no`` stay strings. A
duplicate key is refused, since it is unclear which of the two is meant.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml

from astra_devops._codegen.errors import Node, SpecError
from astra_devops._codegen.pointer import join

_MOST_NODES: Final = 300_000
_TAG: Final = "tag:yaml.org,2002:"
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _CoreLoader(_BASE):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML has it


for _name, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*|(?=[eE]))|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^<<$", ["<"]),
):
    _CoreLoader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


def load(path: Path) -> Node:
    """Read a YAML or JSON file whose top level is a mapping.

    Raises:
        SpecError: The file is not YAML or JSON, its top level is not a mapping, or it has a
            duplicate key.
        OSError: The file cannot be read.
    """
    return loads(path.read_bytes())


def loads(data: bytes) -> Node:
    """Read a YAML or JSON text whose top level is a mapping."""
    try:
        text = data.decode("utf-8-sig")
        value = _from_json(text) if text.lstrip().startswith("{") else _from_yaml(text)
    except UnicodeDecodeError as error:
        raise SpecError("", f"the file is not UTF-8: {error.reason} at byte {error.start}") from error
    except RecursionError as error:
        raise SpecError("", "the document is nested too deeply") from error
    if not isinstance(value, dict):
        raise SpecError("", "the top level of the document must be a mapping")
    return value


class _Pairs(list[tuple[str, Any]]):
    """A JSON object whose keys have not been compared yet."""


def _from_json(text: str) -> Any:
    try:
        return _as_dicts(json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse_constant), "")
    except json.JSONDecodeError:
        # A YAML flow mapping starts like JSON.
        return _from_yaml(text)


def _refuse_constant(name: str) -> Any:
    raise SpecError("", f"{name} is not a number in JSON")


def _as_dicts(value: Any, pointer: str) -> Any:
    if isinstance(value, _Pairs):
        result: Node = {}
        for key, item in value:
            if key in result:
                raise SpecError(join(pointer, key), "duplicate key")
            result[key] = _as_dicts(item, join(pointer, key))
        return result
    if isinstance(value, list):
        return [_as_dicts(item, join(pointer, index)) for index, item in enumerate(value)]
    return value


def _from_yaml(text: str) -> Any:
    try:
        root = yaml.compose(text, Loader=_CoreLoader)
    except yaml.YAMLError as error:
        raise SpecError("", f"not YAML: {error}") from error
    return _Builder().value(root, "") if root is not None else None


class _Builder:
    """Converts YAML nodes to values.

    It counts them, since with aliases a small text can be a huge document.
    """

    def __init__(self) -> None:
        self._count = 0
        self._open: set[int] = set()

    def value(self, node: yaml.Node, pointer: str) -> Any:
        self._count += 1
        if self._count > _MOST_NODES:
            raise SpecError(pointer, "the document is too large")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node, pointer)
        if id(node) in self._open:
            raise SpecError(pointer, "an alias refers to a node that contains it")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
                return self._mapping(node, pointer)
            if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
                return [self.value(item, join(pointer, index)) for index, item in enumerate(node.value)]
        finally:
            self._open.discard(id(node))
        raise SpecError(pointer, f"unknown YAML tag {node.tag}")

    def _mapping(self, node: yaml.MappingNode, pointer: str) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        merged: list[dict[Any, Any]] = []
        for key_node, value_node in node.value:
            if key_node.tag == _TAG + "merge":
                merged += self._merged(value_node, pointer)
                continue
            key = _key(key_node, pointer)
            if key in result:
                raise SpecError(join(pointer, key), "duplicate key")
            result[key] = self.value(value_node, join(pointer, key))
        for other in merged:
            for key, item in other.items():
                result.setdefault(key, item)
        return result

    def _merged(self, node: yaml.Node, pointer: str) -> list[dict[Any, Any]]:
        value = self.value(node, pointer)
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(item, dict) for item in values):
            raise SpecError(pointer, "the value of a merge key (<<) must be a mapping or a list of mappings")
        return values


def _key(node: yaml.Node, pointer: str) -> str | int:
    key = _scalar(node, pointer) if isinstance(node, yaml.ScalarNode) else None
    if isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool)):
        return key
    raise SpecError(pointer, f"the key in line {node.start_mark.line + 1} is not a string")


def _scalar(node: yaml.ScalarNode, pointer: str) -> Any:
    text: str = node.value
    kind = node.tag.removeprefix(_TAG)
    if kind in ("str", "merge"):
        return text
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        pass
    raise SpecError(pointer, f"unknown YAML tag {node.tag}")
