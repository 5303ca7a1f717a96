"""The report of a run."""

from typing import Any

import attrs

from astra_devops._json import exporting
from astra_devops.fleet.report import page, text
from astra_devops.fleet.report.values import Figures


@attrs.frozen(kw_only=True, repr=False)
class Report(Figures):
    """What a run has done so far.

    ``str(report)`` is a text for people. The attributes are those of :class:`Figures`.
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the report as values that can be written as JSON."""
        document = attrs.asdict(self)
        document["began"] = self.began.isoformat()
        return document | {"how_to_resume": self.how_to_resume}

    def records(self) -> list[dict[str, Any]]:
        """Return the items to settle as flat rows, as pandas and polars take them.

        They are those of ``groups``, each with the ``advice`` of its group. Resume tokens are one
        text, separated by spaces.
        """
        return [
            {**attrs.asdict(item), "resume_tokens": " ".join(item.resume_tokens), "advice": group.advice}
            for group in self.groups
            for item in group.items
        ]

    def to_html(self) -> str:
        """Return the report as one page of HTML that needs neither scripts nor other files."""
        return page.render(self)

    def unfinished_text(self) -> str:
        """Return a line for each operation that still runs; empty if there is none."""
        return "\n".join(text.running_lines(self))

    def __repr__(self) -> str:
        return f"<Report: {next(text.lines(self))}>"

    def _repr_html_(self) -> str:
        return exporting.html_text(str(self))

    def __str__(self) -> str:
        return "\n".join(text.lines(self))
