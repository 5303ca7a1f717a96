"""The report as one page of HTML that needs neither scripts nor other files."""

from collections.abc import Iterator
from html import escape
from typing import Final

from astra_devops._secret import redact
from astra_devops.fleet.report import charts
from astra_devops.fleet.report.values import STATES, ErrorGroup, Figures, ReportedItem, duration

_STYLE: Final = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 960px; padding: 0 1em; color: #1f2933 }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em } code { word-break: break-all }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .25em .75em .25em 0 }
th { font-weight: 600; border-bottom: 1px solid #cbd2d9 } td { border-bottom: 1px solid #e4e7eb; overflow-wrap: anywhere }
svg { width: 100%; overflow: visible }
svg text { font-size: 10px; fill: #616e7c } polyline { fill: none; stroke: #0b69a3; stroke-width: 1.5 }
.ok { fill: #3f9142; color: #2f8132 } .failed { fill: #cf1124; color: #ba2525 } .unknown { fill: #de911d; color: #b44d12 }
.skipped { fill: #9aa5b1; color: #616e7c } .items { fill: #0b69a3 } .count { font-size: 1.6em; margin-right: 1.2em }
@media (min-width: 720px) { td:first-child { min-width: 22em } } @media (max-width: 480px) { svg text { font-size: 20px } }
@media (prefers-color-scheme: dark) {
body { background: #12181f; color: #d9e0e7 } th { border-color: #4a5663 } td { border-color: #2b343e } svg text { fill: #9fb0c0 }
.ok { fill: #57ae5b; color: #7cc47f } .failed { fill: #ef4e4e; color: #ff8f8f } .unknown { fill: #f0b429; color: #f7c948 }
.skipped { fill: #7b8794; color: #a8b4c0 } .items { fill: #47a3f3 } polyline { stroke: #47a3f3 } }
""".strip()


def render(report: Figures) -> str:
    """Return the page. Every text in it is escaped."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Figures) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>Fleet run</title><style>{_STYLE}</style></head><body><main>"
    yield "<h1>Fleet run</h1>"
    yield from _summary(report)
    for group in report.groups:
        yield from _group(group)
    if report.running:
        yield "<h2>Still running at the service</h2><p>Wait again with <code>client.resume(token)</code>.</p>"
        yield '<table><tr><th scope="col">item</th><th scope="col">resume token</th></tr>'
        yield from (_running(item) for item in report.running)
        yield "</table>"
        if report.running_left_out:
            yield f"<p>{report.running_left_out:,} more are in the journal.</p>"
    yield from _charts(report)
    if report.how_to_resume:
        yield f"<h2>To continue</h2><p>{_text(report.how_to_resume)}</p>"
    yield "</main></body></html>"


def _summary(report: Figures) -> Iterator[str]:
    counts = "".join(f'<span class="count {state}">{report.counts[state]:,} {state}</span>' for state in STATES if report.counts[state])
    yield f"<p>{counts or 'No item has ended.'}</p>"
    of = f" of {report.total:,} items" if report.total is not None else " items"
    facts = [
        f"{sum(report.counts.values()):,}{of} in {duration(report.seconds)} with {report.workers:,} workers",
        f"{report.requests:,} requests",
        f"began {report.began.isoformat(timespec='seconds')}",
    ]
    if report.stopped_after is not None:
        facts.append(f"stopped after {report.stopped_after:,} failures")
    if report.journal is not None:
        facts.append(f"journal {report.journal}, run {report.run_id}, session {report.session}")
    yield f"<p>{_text('; '.join(facts))}</p>"


def _group(group: ErrorGroup) -> Iterator[str]:
    types = ", ".join(f"{name} {count:,}" for name, count in group.error_types.items())
    yield f"<h2>{group.count:,} to settle: {_text(group.advice)}</h2><p>{_text(types)}</p>"
    yield '<table><tr><th scope="col">item</th><th scope="col">state</th><th scope="col">error</th></tr>'
    for item in group.items:
        yield f'<tr><td>{_text(item.key)}</td><td class="{item.state}">{item.state}</td><td>{_text(item.error or "")}</td></tr>'
    yield "</table>"
    if group.count > len(group.items):
        yield f"<p>{group.count - len(group.items):,} more are not listed.</p>"


def _running(item: ReportedItem) -> str:
    tokens = "<br>".join(f"<code>{_text(token)}</code>" for token in item.resume_tokens)
    return f"<tr><td>{_text(item.key)}</td><td>{tokens}</td></tr>"


def _charts(report: Figures) -> Iterator[str]:
    if report.timeline:
        labels = [duration(period.start) for period in report.timeline]
        stacks = [[(state, period.ended.get(state, 0)) for state in STATES] for period in report.timeline]
        yield f"<h2>Items over time</h2>{charts.bars('items that ended, by state', stacks, labels)}"
        limits = [period.limit for period in report.timeline if period.limit is not None]
        if len(limits) == len(report.timeline):
            yield f"<h2>Limit of requests at once</h2>{charts.line('the limit over time', limits, labels)}"
        in_progress = [float(period.in_progress) for period in report.timeline]
        yield f"<h2>Items at once</h2>{charts.line('items that were worked on at once', in_progress, labels)}"
    if report.latencies:
        labels = [f"to {_short(bucket.seconds)}" for bucket in report.latencies]
        yield f"<h2>Time for an item</h2>{charts.bars('items by duration', [[('items', one.count)] for one in report.latencies], labels)}"


def _short(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else duration(seconds)


def _text(text: str) -> str:
    return escape(redact(text))
