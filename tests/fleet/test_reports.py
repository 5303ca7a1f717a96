"""Reports: text, JSON and HTML, in bounded memory and without secrets; progress; advice."""

import json
import xml.etree.ElementTree
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from astra_devops import AsyncAstraDevOps, SystemClock, errors
from astra_devops.emulator import VirtualClock
from astra_devops.fleet import Outcome, State
from astra_devops.fleet.advice import RUN_AGAIN, advice_for, state_of
from astra_devops.fleet.progress.choose import display_for
from astra_devops.fleet.progress.lines import Lines
from astra_devops.fleet.report.buckets import Latencies, Timeline
from astra_devops.fleet.report.tally import Tally

TOKEN = "AstraCS:" + "a" * 24 + ":" + "0" * 64
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def outcome(key: str = "orders", state: State = "ok", error: Exception | None = None, seconds: float = 0.1, token: str = "") -> Outcome:
    advice = None if error is None else advice_for(error)
    return Outcome(
        key=key, state=state, error=error, advice=advice, began=NOW, seconds=seconds, requests=2, resume_tokens=(token,) if token else ()
    )


def tally_of(*outcomes: Outcome, total: int | None = None) -> Tally:
    tally = Tally(VirtualClock(), 20, total)
    tally.start()
    for one in outcomes:
        tally.began(one.key)
        tally.ended(one)
    return tally


def test_failures_are_grouped_by_what_can_be_done() -> None:
    def refused(kind: type[errors.APIStatusError]) -> errors.APIStatusError:
        return kind.__new__(kind)

    failures = [outcome(f"busy{number}", "failed", refused(errors.BusyError)) for number in range(7)]
    failures += [outcome("down", "failed", refused(errors.ServerError)), outcome("bug", "failed", KeyError("x"))]
    report = tally_of(*failures, outcome()).report()
    assert [(group.advice, group.count) for group in report.groups] == [(RUN_AGAIN, 8), (advice_for(KeyError()), 1)]
    assert report.groups[0].error_types == {"BusyError": 7, "ServerError": 1}
    assert report.counts == {"ok": 1, "failed": 9, "unknown": 0, "skipped": 0}
    assert report.requests == 20
    assert "and 3 more" in str(report)


def test_a_hibernated_database_is_to_be_woken_first() -> None:
    asleep = errors.BusyError("the database is HIBERNATED; databases.resume wakes the database", operation="addKeyspace", status=409)
    for error in (asleep, errors.AuthenticationError(str(asleep), operation="generateSecureBundleURL", status=401)):
        assert advice_for(error) == "databases.resume wakes the database: do so, then run again"


def test_a_report_is_shown_and_exported_in_short() -> None:
    report = tally_of(outcome("a", "failed", ValueError("<no>"), token="one"), outcome("b")).report()
    assert repr(report) == "<Report: 2 items in 0.0 s: 1 ok, 1 failed; 4 requests>"
    assert "a: &lt;no&gt;<br>" in report._repr_html_()
    (row,) = report.records()
    assert (row["key"], row["error"], row["error_type"], row["resume_tokens"]) == ("a", "<no>", "ValueError", "one")
    assert row["advice"] == advice_for(ValueError())


def test_memory_does_not_grow_with_the_outcomes() -> None:
    outcomes = [outcome(f"item{number}", "failed", ValueError("no"), token="token") for number in range(3_000)]
    report = tally_of(*outcomes).report()
    assert report.groups[0].count == 3_000
    assert len(report.groups[0].items) == 100
    assert (len(report.running), report.running_left_out) == (1_000, 2_000)
    assert "and 2,000 more" in str(report)


def test_a_read_whose_answer_was_lost_has_nothing_to_find_out() -> None:
    lost = errors.OutcomeUnknownError("lost", operation="getDatabase", reason="lost", how_to_find_out="")
    assert (state_of(lost, has_sent_changes=False), advice_for(lost, has_sent_changes=False)) == ("failed", RUN_AGAIN)
    assert state_of(lost, has_sent_changes=True) == "unknown"


def made(kind: type[Exception]) -> Exception:
    return kind.__new__(kind, "some failed", [ValueError("one")]) if issubclass(kind, ExceptionGroup) else kind.__new__(kind)


@pytest.mark.parametrize("kind", [getattr(errors, name) for name in errors.__all__ if issubclass(getattr(errors, name), Exception)])
def test_each_error_has_advice_of_its_own(kind: type[Exception]) -> None:
    is_base = any(base in kind.__bases__ for base in (Exception, errors.AstraDevOpsError)) and bool(kind.__subclasses__())
    assert is_base or advice_for(made(kind)) != advice_for(KeyError())


def test_latencies_are_counted_in_buckets_that_double() -> None:
    latencies = Latencies()
    for seconds in (0.0, 0.001, 0.0015, 1.0, 1e9):
        latencies.add(seconds)
    buckets = latencies.buckets()
    assert [(round(bucket.seconds, 3), bucket.count) for bucket in buckets if bucket.count] == [
        (0.001, 2),
        (0.002, 1),
        (1.024, 1),
        (8388.608, 1),
    ]
    assert Latencies().buckets() == ()


def test_the_periods_of_a_timeline_double_when_there_are_too_many() -> None:
    timeline = Timeline()
    for second in range(1_000):
        timeline.add(second, "ok", second % 7, limit=float(second))
    periods = timeline.periods()
    assert len(periods) <= 60
    assert sum(period.ended["ok"] for period in periods) == 1_000
    assert {period.in_progress for period in periods[:-1]} == {6}
    assert periods[-1].limit == 999


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag not in ("meta", "br", "polyline"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_escaped_and_without_scripts_and_secrets() -> None:
    bad = outcome("<script>alert(1)</script>", "failed", ValueError(f"refused <b>{TOKEN}</b>"))
    running = outcome("running", "unknown", errors.AstraDevOpsError("stopped & left"), token="dG9rZW4<")
    report = tally_of(outcome(), bad, running, outcome(seconds=100)).report()
    page = report.to_html()
    tags = Tags()
    tags.feed(page.removeprefix("<!doctype html>"))
    assert tags.open == []
    assert {"svg", "rect", "table"} <= tags.tags
    assert not tags.tags & {"script", "link", "img", "iframe", "b"}
    assert TOKEN not in page
    assert "&lt;script&gt;" in page
    for chart in page.split("<svg")[1:]:
        xml.etree.ElementTree.fromstring("<svg" + chart.partition("</svg>")[0] + "</svg>")


def test_the_report_can_be_written_as_json() -> None:
    report = tally_of(outcome("a", "failed", ValueError(TOKEN)), outcome("b"), total=2).report()
    document = json.loads(json.dumps(report.to_dict()))
    assert document["counts"]["failed"] == 1
    assert document["total"] == 2
    assert document["how_to_resume"].startswith("run it again")
    assert TOKEN not in json.dumps(document) + str(report) + repr(report)


def test_lines_come_at_each_twentieth_and_at_each_failure() -> None:
    lines: list[str] = []
    tally = Tally(VirtualClock(), 20, 200)
    display = Lines(tally, lines.append)
    for number in range(200):
        ended = outcome(f"item{number}", "failed", ValueError("no\nway")) if number == 57 else outcome(f"item{number}")
        tally.began(ended.key)
        tally.ended(ended)
        display.ended(ended)
    tally.finish(is_complete=True)
    display.close(tally.report())
    assert lines[:2] == ["10 of 200 (5%) items in 0.0 s: 10 ok", "20 of 200 (10%) items in 0.0 s: 20 ok"]
    assert "failed item57: no\\nway" in lines
    assert len(lines) == 19 + 1 + 1
    assert lines[-1].startswith("200 of 200 items in 0.0 s: 199 ok, 1 failed; 400 requests\n1 to settle")


def test_lines_come_every_thirty_seconds_where_the_total_is_not_known() -> None:
    lines: list[str] = []
    clock = VirtualClock(auto=False)
    tally = Tally(clock, 20, None)
    display = Lines(tally, lines.append)
    for _ in range(10):
        clock.advance(10)
        tally.began("item")
        tally.ended(outcome())
        display.ended(outcome())
    assert lines == ["3 items in 30.0 s: 3 ok", "6 items in 1 min 00 s: 6 ok", "9 items in 1 min 30 s: 9 ok"]


async def test_progress_goes_to_standard_error_unless_it_is_quiet(capsys: pytest.CaptureFixture[str], astra: AsyncAstraDevOps) -> None:
    async def work(astra: AsyncAstraDevOps, number: int) -> int:
        return number

    for quiet in (False, True):
        async with astra.fleet.run(work, range(3), quiet=quiet) as run:
            await run.wait()
        out, err = capsys.readouterr()
        assert out == ""
        assert err == ("" if quiet else err)
        assert quiet or err.splitlines()[-1].startswith("3 of 3 items in")


async def test_each_item_is_an_event_and_a_record_of_the_log(astra: AsyncAstraDevOps, caplog: pytest.LogCaptureFixture) -> None:
    async def work(client: AsyncAstraDevOps, item: str) -> None:
        raise LookupError("not there")

    caplog.set_level("DEBUG", "astra_devops")
    async with astra.fleet.run(work, ["orders", TOKEN], quiet=True) as run:
        await run.wait()
    records = [record for record in caplog.records if record.getMessage().startswith("item ")]
    assert sorted(record.getMessage() for record in records) == [
        "item **********: failed (LookupError) after 0.0 s",
        "item orders: failed (LookupError) after 0.0 s",
    ]
    assert {(vars(record)["status"], vars(record)["error"]) for record in records} == {("failed", "LookupError")}


def test_a_terminal_gets_bars_but_not_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    tally = tally_of(total=2)
    display = display_for(tally)
    assert type(display).__name__ == "Bars"
    display.start()
    display.began("a")
    display.ended(outcome("a", "failed", ValueError("[red]no[/red]")))
    display.close(tally.report())
    monkeypatch.setenv("CI", "true")
    assert type(display_for(tally)).__name__ == "Lines"


def test_a_tally_goes_by_the_clock_of_the_client() -> None:
    tally = Tally(SystemClock(), 1, None)
    tally.start(NOW - timedelta(hours=1))
    tally.finish(is_complete=False, seconds=4_000)
    assert "1 h 06 min" in str(tally.report())
    assert tally.report().how_to_resume is not None
