"""Plans: what would have to change, as values that print, and that a file keeps."""

import json
import os
import uuid
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self

import attrs

from astra_devops._version import VERSION
from astra_devops.desired.observed import State
from astra_devops.desired.pages import html_of, markdown_of

Action = Literal["create", "update", "replace", "remove", "leave"]
"""What a plan does with a database. ``replace`` is never carried out: it would lose the data."""

_FORMAT: Final = 1
_MARKS: Final[Mapping[str, str]] = {"create": "+", "update": "~", "replace": "-/+", "remove": "-"}
_TERRAFORM: Final[Mapping[str, list[str]]] = {
    "create": ["create"],
    "update": ["update"],
    "replace": ["delete", "create"],
    "remove": ["delete"],
    "leave": ["no-op"],
}
_KIND: Final = "astra_database"


@attrs.frozen(kw_only=True)
class Change:
    """What a plan does with one database.

    Attributes:
        action: ``create``, ``update``, ``replace``, ``remove`` or ``leave``.
        name: The name of the database.
        id: Its id; None if it is not there.
        before: Its state when the plan was made: the facts that the plan relies on. None if it was
            not there.
        after: Its state after the change; None if it is removed.
    """

    action: Action
    name: str
    id: str | None
    before: State | None
    after: State | None

    def __str__(self) -> str:
        mark = _MARKS.get(self.action, " ")
        before, after = ({} if state is None else state.to_dict() for state in (self.before, self.after))
        lines = [f"{mark} database {self.name!r}" + (f" ({self.id})" if self.id else "")]
        for field, value in after.items():
            old = before.get(field)
            if isinstance(value, list):
                lines += [f"    + {field}: {item}" for item in value if item not in (old or [])]
                lines += [f"    - {field}: {item}" for item in old or [] if item not in value]
            elif value != old:
                lines.append(f"    {field}: {value}" if self.before is None else f"    {field}: {old} -> {value}")
        if self.action == "replace":
            lines.append("    cannot be changed in place, and is not replaced: terminate the database, or change the declaration")
        if self.action == "remove":
            lines += [f"    - {field}: {item}" for field, value in before.items() if isinstance(value, list) for item in value]
        return "\n".join(lines)


@attrs.frozen
class Plan:
    """The changes that lead from what is there to what is declared.

    Its text has ``+`` for what is created, ``~`` for what is changed, ``-`` for what is removed,
    and ``-/+`` for what would have to be replaced. It contains no secret.

    Attributes:
        changes: One for each declared database, in the order of the declaration, and then one for
            each database that is removed.
        id: A random id, by which a journal knows the changes of this plan from those of another.
    """

    changes: tuple[Change, ...]
    id: str = attrs.field(factory=lambda: uuid.uuid4().hex)

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that are not ``leave``."""
        return tuple(change for change in self.changes if change.action != "leave")

    @property
    def is_empty(self) -> bool:
        """Whether everything is as declared."""
        return not self.pending

    def __str__(self) -> str:
        return "\n".join([*map(str, self.pending), self.summary])

    @property
    def _texts(self) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for change in self.changes:
            texts.setdefault(change.action, []).append(str(change))
        return texts

    @property
    def summary(self) -> str:
        """How many databases are created, changed, and so on, in one line."""
        words: Mapping[Action, str]
        words = {"create": "to create", "update": "to change", "replace": "to replace", "remove": "to remove", "leave": "as declared"}
        count: Counter[Action] = Counter(change.action for change in self.changes)
        return ", ".join(f"{count[action]} {text}" for action, text in words.items() if action != "remove" or count[action])

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON values, in the shape of ``terraform show -json``.

        Policy tools read ``resource_changes``, with ``actions``, ``before`` and ``after`` of each.
        """
        return {
            "format_version": "1.2",
            "resource_changes": [
                {
                    "address": f"{_KIND}.{change.name}",
                    "mode": "managed",
                    "type": _KIND,
                    "name": change.name,
                    "provider_name": "astra-devops",
                    "change": {
                        "actions": _TERRAFORM[change.action],
                        "before": None if change.before is None else change.before.to_dict(),
                        "after": None if change.after is None else change.after.to_dict(),
                        "after_unknown": {"id": True} if change.id is None else {},
                    },
                }
                for change in self.changes
            ],
        }

    def to_markdown(self) -> str:
        """Return the plan as Markdown, such as for a comment on a pull request."""
        return markdown_of(self.summary, self._texts)

    def to_html(self) -> str:
        """Return the plan as a page of HTML that loads nothing, for a light and a dark screen."""
        return html_of(self.summary, self._texts)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the plan to a file, to be applied exactly as it was reviewed.

        Raises:
            OSError: The file cannot be written.
        """
        changes = [attrs.asdict(change) for change in self.changes]
        document = {"format": _FORMAT, "written_by": VERSION, "id": self.id, "changes": changes}
        Path(path).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a plan that :meth:`save` has written.

        Raises:
            OSError: The file cannot be read.
            ValueError: The file is not a saved plan, or has another version of the format.
        """
        try:
            document = json.loads(Path(path).read_text(encoding="utf-8"))
            version = document["format"]
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"path must be a plan that Plan.save has written, but {os.fspath(path)} is none") from None
        if version != _FORMAT:
            raise ValueError(f"path must be a plan of format {_FORMAT}, not {version!r}; make the plan again")
        try:
            return cls(tuple(_change(entry) for entry in document["changes"]), document["id"])
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"path must be a plan that Plan.save has written, but {os.fspath(path)} is damaged") from None


def _change(entry: dict[str, Any]) -> Change:
    if entry["action"] not in _TERRAFORM:
        raise ValueError("not an action")
    before, after = _state(entry["before"]), _state(entry["after"])
    if (after is None) != (entry["action"] == "remove"):
        raise ValueError("not a change")
    return Change(action=entry["action"], name=entry["name"], id=entry["id"], before=before, after=after)


def _state(entry: dict[str, Any] | None) -> State | None:
    if entry is None:
        return None
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return State(**values)
