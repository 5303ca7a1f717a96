"""Plans as Markdown and HTML, for a review."""

from html.parser import HTMLParser

from astra_devops import AsyncAstraDevOps
from astra_devops.desired import Change, Database, Declaration, Plan
from astra_devops.desired.kinds.databases import DatabaseState
from astra_devops.emulator import Emulator


class Reader(HTMLParser):
    """Collects what a page says and what it loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {"src", "href"} & {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_both_show_each_change_under_its_heading(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    emulator.add_database("events", keyspaces=["app"])
    emulator.add_database("old", keyspaces=["app"])
    declared = [Database(name, cloud_provider="aws", region="us-east-2", keyspaces=["audit"]) for name in ("orders", "events")]
    plan = await astra.plan(Declaration(declared), prune=["old"], max_removed_share=0.5)
    lines = plan.to_markdown().splitlines()
    assert [line for line in lines if line.startswith("#")] == ["# Plan", "## Create", "## Change", "## Remove"]
    page = Reader(plan.to_html())
    assert page.tags.count("pre") == 3
    for change in plan.changes:
        assert set(str(change).splitlines()) <= set(lines)
        assert str(change) in page.text
    assert plan.summary in lines
    assert "light-dark(" in plan.to_html()


def test_names_cannot_leave_their_place() -> None:
    state = DatabaseState(cloud_provider="AWS", region="```\n</pre><script>alert(1)</script>")
    plan = Plan(
        (Change(kind="database", action="create", name="<b>&", id=None, before=None, after=state, label="database '<b>&'", key="<b>&"),)
    )
    page = Reader(plan.to_html())
    assert not {"script", "b"} & set(page.tags)
    fences = [line for line in plan.to_markdown().splitlines() if line.startswith("```")]
    assert fences == ["````diff", "````"]


def test_an_empty_plan_is_its_summary() -> None:
    assert Plan(()).to_markdown() == f"# Plan\n\n{Plan(()).summary}\n"
