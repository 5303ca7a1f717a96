"""Facts about the service are in docs/evidence.md: each has a source, and each is cited."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

_CITATION: Final = re.compile(r"(?<![\w-])evidence\.md#([\w-]+)")
_FACT: Final = re.compile(
    r"### (?P<title>[A-Za-z0-9 -]+)\n\n.+?\n\n\*\*Source:\*\* .+?\s\*\*Confidence:\*\*\s(?:high|medium|low|inferred)\b",
    re.DOTALL,
)
_HEADING: Final = re.compile(r"^#{2,6} (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/evidence.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def facts(page: str) -> list[str]:
    """Return the anchor of each fact, as GitHub makes it from the heading."""
    return [title.lower().replace(" ", "-") for title in re.findall(r"^### (.+)$", page, re.MULTILINE)]


def citations(root: Path) -> Iterator[tuple[str, str]]:
    """List every citation outside docs/evidence.md: the file, and the anchor."""
    for folder, suffixes in (("astra_devops", (".py", ".yaml")), ("tests", (".py", ".yaml")), ("docs", (".md",)), ("examples", (".py",))):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in suffixes and file not in (root / "docs/evidence.md", Path(__file__)):
                yield from _of(file, root)
    for file in sorted(root.glob("*.md")):
        yield from _of(file, root)


def _of(file: Path, root: Path) -> Iterator[tuple[str, str]]:
    for anchor in _CITATION.findall(file.read_text(encoding="utf-8")):
        yield file.relative_to(root).as_posix(), anchor


def test_every_fact_has_a_source_and_says_how_sure_it_is(page: str) -> None:
    entries = re.split(r"^(?=#{2,3} )", page, flags=re.MULTILINE)
    assert [entry.partition("\n")[0] for entry in entries if entry.startswith("### ") and not _FACT.match(entry)] == []


def test_no_two_headings_have_the_same_anchor(page: str) -> None:
    titles = Counter(title.lower() for title in _HEADING.findall(page))
    assert [title for title, times in titles.items() if times > 1] == []


def test_every_citation_leads_to_a_fact(root: Path, facts: list[str]) -> None:
    assert [(file, anchor) for file, anchor in citations(root) if anchor not in facts] == []


def test_every_fact_is_cited(root: Path, facts: list[str]) -> None:
    assert set(facts) - {anchor for file, anchor in citations(root) if not file.startswith("docs/")} == set()


def test_every_overlay_action_cites_its_evidence(root: Path) -> None:
    overlay = yaml.safe_load((root / "astra_devops/_spec/overlay.yaml").read_text(encoding="utf-8"))
    for action in overlay["actions"]:
        evidence = action.get("x-evidence")
        cited = evidence if isinstance(evidence, list) else [evidence]
        assert cited, action["target"]
        assert [one for one in cited if not re.fullmatch(r"docs/evidence\.md#[a-z0-9-]+", str(one))] == [], action["target"]
        assert len(set(cited)) == len(cited), action["target"]
