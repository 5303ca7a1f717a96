"""Plans: what would have to change, as values that print, and that a file keeps."""

import os
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, Self

import attrs

from astra_devops._json import exporting
from astra_devops.desired import saved
from astra_devops.desired.change import Action, Change
from astra_devops.desired.pages import html_of, markdown_of
from astra_devops.desired.saved import SavedPlan

_TERRAFORM: Final[Mapping[str, list[str]]] = {
    "create": ["create"],
    "update": ["update"],
    "replace": ["delete", "create"],
    "remove": ["delete"],
    "leave": ["no-op"],
}


@attrs.frozen(repr=False)
class Plan:
    """The changes that lead from what is there to what is declared.

    Its text has ``+`` for what is created, ``~`` for what is changed, ``-`` for what is removed,
    and ``-/+`` for what would have to be replaced. It contains no secret.

    Attributes:
        changes: One for each declared resource, after those that it needs, and then one for each
            that is removed.
        id: A random id, by which a journal knows the changes of this plan from those of another.
        organization_id: The organization that it is for, and that alone it can be applied to. None
            if there is nothing to change.
    """

    changes: tuple[Change, ...]
    id: str = attrs.field(factory=lambda: uuid.uuid4().hex)
    organization_id: str | None = None

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that are not ``leave``."""
        return tuple(change for change in self.changes if change.action != "leave")

    @property
    def is_empty(self) -> bool:
        """Whether everything is as declared."""
        return not self.pending

    def __repr__(self) -> str:
        return f"<Plan: {self.summary}>"

    def _repr_html_(self) -> str:
        return exporting.html_text(str(self))

    def __str__(self) -> str:
        notes = [f"  {change.label}: {change.note}" for change in self.changes if change.action == "leave" and change.note]
        return "\n".join([*map(str, self.pending), *notes, self.summary])

    @property
    def _texts(self) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for change in self.changes:
            texts.setdefault(change.action, []).append(str(change))
        return texts

    @property
    def summary(self) -> str:
        """How many resources are created, changed, and so on, in one line."""
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
                    "address": f"astra_{change.kind}.{change.name}",
                    "mode": "managed",
                    "type": f"astra_{change.kind}",
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
        saved.write(path, SavedPlan(changes=self.changes, id=self.id, organization_id=self.organization_id))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a plan that :meth:`save` has written.

        Raises:
            OSError: The file cannot be read.
            ValueError: The file is not a saved plan, has another version of the format, or a value
                that does not belong there; the message names the place.
        """
        plan = saved.read(path)
        return cls(plan.changes, plan.id, plan.organization_id)
