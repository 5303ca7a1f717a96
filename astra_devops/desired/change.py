"""What a plan does with one resource, and which facts it relies on."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import attrs

from astra_devops.desired.state import State

Action = Literal["create", "update", "replace", "remove", "leave"]
"""What a plan does. ``replace`` is never carried out: it would lose what the resource holds."""

_MARKS: Final[Mapping[str, str]] = {"create": "+", "update": "~", "replace": "-/+", "remove": "-"}


@attrs.frozen(kw_only=True)
class Change:
    """What a plan does with one resource.

    Attributes:
        kind: The kind of resource, such as ``database`` or ``role``.
        action: ``create``, ``update``, ``replace``, ``remove`` or ``leave``.
        name: The name of the resource; that of its database for what belongs to one.
        id: Its id, or that of its database; None if that is not there.
        before: Its state when the plan was made: the facts that the plan relies on. None if it was
            not there.
        after: Its state after the change; None if it is removed.
        label: What texts call it, such as ``database 'orders'``.
        key: What outcomes and ``prune`` call it: the name of a database, or ``KIND:NAME``.
        needs: The keys of other changes of the plan that must be made first.
        follows: The keys of those that must be over first, however they end.
        note: What a review should know besides.
    """

    kind: str
    action: Action
    name: str
    id: str | None
    before: State | None
    after: State | None
    label: str
    key: str
    needs: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        mark = _MARKS.get(self.action, " ")
        before, after = ({} if state is None else state.fields() for state in (self.before, self.after))
        lines = [f"{mark} {self.label}" + (f" ({self.id})" if self.id else "")]
        for field, value in after.items():
            lines += _field_lines(field, before.get(field), value, is_new=self.before is None)
        if self.action == "replace":
            lines.append("    cannot be changed in place, and is not replaced: remove it yourself, or change the declaration")
        if self.action == "remove":
            lines += [f"    - {field}: {item}" for field, value in before.items() if isinstance(value, tuple) for item in value]
        return "\n".join([*lines, *([f"    ({self.note})"] if self.note else [])])

    def moved_facts(self, now: State, *, is_continued: bool) -> list[str]:
        """Return the facts that hold no longer, as sentences.

        ``is_continued`` says that an earlier session has begun the change, so that a part of what
        it adds may be there already, and a part of what it removes may be gone.
        """
        if self.before is None:
            return []
        before, present, after = self.before.fields(), now.fields(), {} if self.after is None else self.after.fields()
        return [
            f"{field} of {self.label} {_moved(before.get(field), present.get(field))}"
            for field in (before | present)
            if not _holds(before.get(field), present.get(field), after.get(field), is_continued)
        ]


def _field_lines(field: str, old: Any, value: Any, *, is_new: bool) -> list[str]:
    if isinstance(value, tuple):
        added = [f"    + {field}: {item}" for item in value if item not in (old or ())]
        return added + [f"    - {field}: {item}" for item in old or () if item not in value]
    if value == old or (is_new and value == ""):
        return []
    return [f"    {field}: {value}" if is_new or old is None else f"    {field}: {old} -> {value}"]


def _holds(before: Any, present: Any, after: Any, is_continued: bool) -> bool:
    if not isinstance(before, tuple) or not isinstance(present, tuple):
        return before == present or (is_continued and present == after)
    if not is_continued:
        return set(before) == set(present)
    target = set(after or ())
    return set(before) & target <= set(present) <= set(before) | target


def _moved(before: Any, present: Any) -> str:
    if isinstance(before, tuple) and isinstance(present, tuple):
        return f"were {_shown(before)}, are {_shown(present)}"
    return f"was {before!r}, is {present!r}"


def _shown(items: tuple[Any, ...]) -> list[str]:
    return [str(item) for item in items]
