"""Charts of a report as inline SVG: bars and a line, without scripts. Pure functions."""

from collections.abc import Sequence
from html import escape
from typing import Final

_WIDTH: Final = 720
_HEIGHT: Final = 140
_BASE: Final = 120
"""Where the bars stand; the labels are below."""
_TOP: Final = 10


def bars(title: str, stacks: Sequence[Sequence[tuple[str, float]]], labels: Sequence[str]) -> str:
    """Draw one stacked bar for each label.

    Args:
        title: What the chart shows, for screen readers.
        stacks: The parts of each bar from the bottom up: the class of its color, and its value.
        labels: The label of each bar; only the first, the middle and the last are drawn.
    """
    highest = max((sum(value for _, value in stack) for stack in stacks), default=0.0) or 1.0
    width = _WIDTH / max(len(stacks), 1)
    parts = []
    for index, stack in enumerate(stacks):
        y = float(_BASE)
        for name, value in stack:
            height = value / highest * (_BASE - _TOP)
            y -= height
            if value:
                place = f'x="{index * width:.1f}" y="{y:.1f}" width="{max(width - 1, 0.5):.1f}" height="{height:.1f}"'
                parts.append(
                    f'<rect class="{escape(name)}" {place}><title>{escape(labels[index])}: {value:,.0f} {escape(name)}</title></rect>'
                )
    return _svg(title, "".join(parts) + _labels(labels) + f'<text x="0" y="9">{highest:,.0f}</text>')


def line(title: str, values: Sequence[float], labels: Sequence[str]) -> str:
    """Draw one line through a value for each label."""
    highest = max(values, default=0.0) or 1.0
    step = _WIDTH / max(len(values) - 1, 1)
    points = " ".join(f"{index * step:.1f},{_BASE - value / highest * (_BASE - _TOP):.1f}" for index, value in enumerate(values))
    return _svg(title, f'<polyline points="{points}"/>{_labels(labels)}<text x="0" y="9">{highest:,.0f}</text>')


def _labels(labels: Sequence[str]) -> str:
    if not labels:
        return ""
    places = {0: "start", len(labels) // 2: "middle", len(labels) - 1: "end"}
    step = _WIDTH / max(len(labels) - 1, 1)
    return "".join(
        f'<text x="{index * step:.1f}" y="{_HEIGHT - 4}" text-anchor="{anchor}">{escape(labels[index])}</text>'
        for index, anchor in places.items()
    )


def _svg(title: str, content: str) -> str:
    return f'<svg role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-label="{escape(title)}">{content}</svg>'
