"""Changes as text, and as JSON."""

import json
from typing import Final

from astra_devops._codegen.diff.changes import Change, Changes
from astra_devops._codegen.errors import one_line

_MOST_NAMES: Final = 3


def as_text(changes: Changes) -> str:
    """Return the changes one a line, those that break callers first, and their numbers."""
    if not changes.operations:
        return "no changes\n"
    lines: list[str] = []
    for title, breaks in (("Breaks callers:", True), ("Does not break callers:", False)):
        found = [_line(change, names) for change, names in changes.ordered() if change.breaks is breaks]
        if found:
            lines += [title, *(f"  {one_line(line)}" for line in found), ""]
    compatible = len(changes.operations) - changes.breaking
    return "\n".join([*lines, f"{changes.breaking} breaking, {compatible} compatible"]) + "\n"


def _line(change: Change, names: list[str]) -> str:
    side = f" ({change.side})" if change.side else ""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    where = f" [{', '.join(names[:_MOST_NAMES])}{more}]"
    return f"{change.place}{side}: {change.text}{where}"


def as_json(changes: Changes) -> str:
    """Return the changes as a JSON document."""
    listed = [
        {"place": change.place, "side": change.side, "change": change.text, "breaks": change.breaks, "operations": names}
        for change, names in changes.ordered()
    ]
    return json.dumps({"breaking": changes.breaking, "changes": listed}, indent=1) + "\n"
