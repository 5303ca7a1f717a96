"""What a declaration consists of."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from astra_devops._runtime import checks
from astra_devops._secret import printable
from astra_devops.desired.kinds.access_lists import AccessList
from astra_devops.desired.kinds.captures import Capture
from astra_devops.desired.kinds.databases import Database
from astra_devops.desired.kinds.devops_access_list import DevOpsAccessList
from astra_devops.desired.kinds.kind import Kind
from astra_devops.desired.kinds.pcu_groups import PcuGroup
from astra_devops.desired.kinds.placements import Placement
from astra_devops.desired.kinds.registry import KINDS
from astra_devops.desired.kinds.roles import Role
from astra_devops.desired.kinds.telemetry import Telemetry
from astra_devops.desired.kinds.users import User
from astra_devops.desired.kinds.values import refuse_repeated


@attrs.frozen(init=False)
class Declaration:
    """Everything that should be there.

    What is there and not declared is left alone, unless ``prune`` of ``plan`` names it.

    Attributes:
        omitted: What an export has left out because it cannot be declared, each with the reason.
            Plans do not use it.

    Raises:
        TypeError: An argument is not a list of such declarations.
        ValueError: Two of one kind have one name.
    """

    databases: tuple[Database, ...]
    roles: tuple[Role, ...]
    users: tuple[User, ...]
    telemetry: tuple[Telemetry, ...]
    captures: tuple[Capture, ...]
    pcu_groups: tuple[PcuGroup, ...]
    placements: tuple[Placement, ...]
    devops_access_list: DevOpsAccessList | None
    access_lists: tuple[AccessList, ...]
    omitted: tuple[str, ...] = attrs.field(eq=False)

    def __init__(
        self,
        databases: Iterable[Database] = (),
        *,
        roles: Iterable[Role] = (),
        users: Iterable[User] = (),
        telemetry: Iterable[Telemetry] = (),
        captures: Iterable[Capture] = (),
        pcu_groups: Iterable[PcuGroup] = (),
        placements: Iterable[Placement] = (),
        devops_access_list: DevOpsAccessList | None = None,
        access_lists: Iterable[AccessList] = (),
        omitted: Iterable[str] = (),
    ) -> None:
        values = {
            "databases": databases,
            "roles": roles,
            "users": users,
            "telemetry": telemetry,
            "captures": captures,
            "pcu_groups": pcu_groups,
            "placements": placements,
            "devops_access_list": devops_access_list,
            "access_lists": access_lists,
        }
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            **{kind.table: _checked(kind, values[kind.table]) for kind in KINDS}, omitted=tuple(checks.strings(omitted, "omitted"))
        )

    def to_toml(self) -> str:
        """Return the text of a file that ``desired.load`` reads. What is omitted is in comments."""
        comments = [f"# Left out: {printable(reason)}\n" for reason in self.omitted]
        return "\n".join([*comments, *(_table(kind, entry) for kind in KINDS for entry in entries_of(self, kind).values())])


def entries_of(declaration: Declaration, kind: Kind[Any, Any]) -> dict[str, Any]:
    """Return what is declared of one kind, by name."""
    declared = getattr(declaration, kind.table)
    entries = declared if not kind.is_single else () if declared is None else (declared,)
    return {kind.name_of(entry): entry for entry in entries}


def _checked(kind: Kind[Any, Any], values: Any) -> Any:
    if kind.is_single:
        return None if values is None else checks.instance(values, kind.table, kind.declared_class)
    declared = checks.objects(values, kind.table, kind.declared_class)
    refuse_repeated([kind.name_of(entry) for entry in declared], kind.table)
    return tuple(declared)


def _table(kind: Kind[Any, Any], entry: Any) -> str:
    lines = [f"{name} = {_toml(value)}" for name, value in _given(entry).items()]
    return "\n".join([f"[{kind.table}]" if kind.is_single else f"[[{kind.table}]]", *lines, ""])


def _given(entry: Any) -> dict[str, Any]:
    """Return the values of an entry that are not the default ones."""
    values = {field.name: getattr(entry, field.name) for field in attrs.fields(type(entry))}
    return {field.name: values[field.name] for field in attrs.fields(type(entry)) if values[field.name] != field.default}


def _toml(value: Any) -> str:
    if attrs.has(type(value)):
        value = _given(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    # A string, a number or a bool in JSON is one in TOML, except that TOML has DEL only escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
