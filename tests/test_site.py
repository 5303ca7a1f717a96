"""Every snippet of the site runs, in both forms, and what the pages list is what the code does.

A snippet is a whole program for the service. Here its clients go to an emulator, which has some
databases. One process runs all snippets of a page, each against an emulator of its own.
"""

import json
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from astra_devops import errors
from astra_devops._codegen.site.__main__ import site_pages
from astra_devops._codegen.site.links import problems
from astra_devops._codegen.site.llms import llms_files
from astra_devops._codegen.site.pages import with_tabs, without_outside_links
from astra_devops._codegen.site.snippets import blocking_snippet
from astra_devops._runtime.outcome import Damaged, Failure, Lost, NotSent, RawAnswer, Refused
from astra_devops._runtime.retry import next_step
from astra_devops._secret import SecretBytes
from tests.test_readme import BLOCK, PAGES, ROOT, TEST

if TYPE_CHECKING:
    from astra_devops._runtime.call import RetryClass

DOCS: Final = ROOT / "docs"
SITE: Final = sorted(path.relative_to(ROOT).as_posix() for path in DOCS.rglob("*.md") if path.relative_to(ROOT).as_posix() not in PAGES)

RUNNER: Final = """
import contextlib, json, os, sys, tempfile, traceback
from datetime import timedelta
from pathlib import Path

import astra_devops
from astra_devops.emulator import Emulator

CLIENTS = {name: getattr(astra_devops, name) for name in ("AsyncAstraDevOps", "AstraDevOps")}


def redirect(client, emulator):
    there = {"base_url": emulator.url, "clock": emulator.clock}
    return lambda *token, **settings: client(*(token or [emulator.token]), **(there | settings))


def run(name, source):
    with Emulator.running() as emulator:
        for client, real in CLIENTS.items():
            setattr(astra_devops, client, redirect(real, emulator))
        Path("token").write_text(emulator.token + "\\n")
        then = emulator.clock.now() - timedelta(days=9)
        emulator.add_database("orders")
        emulator.add_database("tmp-1", created=then)
        emulator.add_database("asleep", status="HIBERNATED")
        exec(compile(source, name, "exec"), {"__name__": "__main__"})


failures = {}
for name, source in json.load(sys.stdin).items():
    with tempfile.TemporaryDirectory() as directory, contextlib.chdir(directory):
        try:
            run(name, source)
        except BaseException:
            failures[name] = traceback.format_exc()
print("FAILURES", json.dumps(failures))
"""


def snippets(page: str) -> dict[str, str]:
    """Return the programs of a page, and their blocking forms."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for match in BLOCK.finditer(text):
        if match[1] == "python" and not TEST.search(match[2]):
            line = text.count("\n", 0, match.start(2)) + 1
            found[f"{page}:{line}"] = match[2]
            if blocking := blocking_snippet(match[2]):
                found[f"{page}:{line} (blocking)"] = blocking
    return found


@pytest.mark.parametrize("page", [page for page in SITE if snippets(page)])
def test_the_snippets_of_a_page_run_in_both_forms(page: str) -> None:
    command = [sys.executable, "-W", "error", "-W", "ignore:allow_http", "-c", RUNNER]
    done = subprocess.run(command, input=json.dumps(snippets(page)), capture_output=True, text=True, cwd=ROOT)
    assert "FAILURES" in done.stdout, done.stdout + done.stderr
    failures = json.loads(done.stdout.rpartition("FAILURES ")[2])
    assert failures == {}, "\n".join(failures.values())


def test_the_blocking_forms_of_other_pages_run() -> None:
    for page in ("docs/diagnosis.md", "docs/emulator.md", "docs/fleets.md"):
        test_the_snippets_of_a_page_run_in_both_forms(page)


def test_the_test_files_of_the_site_pass(tmp_path: Path) -> None:
    for page in SITE:
        text = (ROOT / page).read_text(encoding="utf-8")
        for number, match in enumerate(BLOCK.finditer(text)):
            if match[1] == "python" and TEST.search(match[2]):
                name = f"test_{Path(page).stem}_{number}.py".replace("-", "_")
                (tmp_path / name).write_text(match[2], encoding="utf-8")
    plugins = ["-p", "astra_devops.pytest_plugin", "-p", "anyio.pytest_plugin"]  # the checkout may not be installed
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", *plugins]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_page_of_how_to_has_at_least_twenty_tasks_with_a_snippet_each() -> None:
    index = (DOCS / "how-to/index.md").read_text(encoding="utf-8")
    tasks = re.findall(r"\]\(([\w-]+\.md)#([\w-]+)\)", index)
    assert len(tasks) >= 20
    for page, anchor in tasks:
        sections = re.split(r"^## ", (DOCS / "how-to" / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
        section = next(part for part in sections if part.partition("\n")[0].lower().replace(",", "").replace(" ", "-") == anchor)
        assert "```python" in section, anchor


def test_the_catalog_has_every_error() -> None:
    catalog = (DOCS / "errors.md").read_text(encoding="utf-8")
    classes = {name for name in errors.__all__ if name.endswith("Error")}
    assert set(re.findall(r"^### (\w+Error)$", catalog, re.MULTILINE)) == classes - {"AstraDevOpsError"}


DAMAGED: Final = Damaged(errors.ResponseDecodeError("m", operation="o", status=200, pointer=None, body=SecretBytes(b"")))


def refused(status: int) -> Refused:
    return Refused(RawAnswer(status, {}, b""))


def test_the_outside_of_the_site_is_named_and_not_linked() -> None:
    assert without_outside_links("[a](../b.md) [c](../../d.py#e)", 1) == "[a](../b.md) c (`d.py`)"


def test_each_column_of_a_table_has_a_heading() -> None:
    for page in DOCS.rglob("*.md"):
        for match in re.finditer(r"^\|(.+)\|\n\|[-|: ]+\|$", page.read_text(encoding="utf-8"), re.MULTILINE):
            assert all(cell.strip() for cell in match[1].split("|")), f"{page.name}: {match[1]}"


def test_a_link_to_an_example_leads_to_its_source() -> None:
    assert without_outside_links("[a](../../examples/b/c_d.py)", 1) == "[a](../examples.md#b-c_d-py)"
    page = site_pages()["examples.md"]
    files = [path for path in (ROOT / "examples").rglob("*.*") if path.suffix in (".py", ".yml", ".ini") and path.name != "__init__.py"]
    headings = re.findall(r"^### ([\w/.]+) \{ #", page, re.MULTILINE)
    assert sorted(headings) == sorted(path.relative_to(ROOT / "examples").as_posix() for path in files)


def test_a_snippet_that_needs_asyncio_has_no_blocking_tab() -> None:
    page = "```python\nimport asyncio\n\n\nasync def main():\n    await asyncio.sleep(1)\n\n\nasyncio.run(main())\n```"
    assert with_tabs(page) == page


def test_main_becomes_a_script() -> None:
    source = (
        "import asyncio\n\n\nasync def main():\n    async with x.AsyncAstraDevOps() as a:\n        await a.b()\n\n\nasyncio.run(main())\n"
    )
    assert blocking_snippet(source) == "with x.AstraDevOps() as a:\n    a.b()\n"


def test_parentheses_for_await_go_with_it() -> None:
    source = "async def f(a):\n    return (await a.b((await a.c())[0])).d, len(await a.e())\n"
    assert blocking_snippet(source) == "def f(a):\n    return a.b(a.c()[0]).d, len(a.e())\n"


def test_broken_links_are_found(tmp_path: Path) -> None:
    page = '<p id="x"><a href="#x"></a><a href="#y"></a><a href="b.html"></a>'
    page += '<img src="https://e.com/i.png" alt="i">'
    (tmp_path / "a.html").write_text(page)
    assert list(problems(tmp_path)) == [
        "a.html: loads https://e.com/i.png",
        "a.html: #y leads to no heading",
        "a.html: b.html leads to no page",
    ]


def test_the_navigation_has_every_page_and_no_other() -> None:
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    assert sorted(re.findall(r'= "([\w/-]+\.md)"', navigation)) == sorted(site_pages())


def test_the_index_for_programs_leads_to_every_page() -> None:
    pages = site_pages()
    files = llms_files(pages)
    assert sorted(re.findall(r"^- \[.*\]\((.*?\.md)\): ", files["llms.txt"], re.MULTILINE)) == sorted(pages)
    assert "# Errors" in files["llms-full.txt"]


def test_the_table_of_retries_is_what_the_code_does() -> None:
    table = re.findall(r"^\| (.+?) \| (\w+) \| (\w+) \| (\w+) \| (\w+) \|$", (DOCS / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    rows = {name: steps for name, *steps in table[1:]}  # the first is the head
    kinds: tuple[RetryClass, ...] = ("read", "repeatable", "check_first", "once")
    cases: dict[str, list[Failure]] = {
        "not sent": [NotSent("refused")],
        "not sent, and final": [NotSent("untrusted certificate", final=True)],
        "status 429": [refused(429)],
        "lost, 408, or 5xx": [Lost("reset"), refused(408), refused(500), refused(503)],
        "damaged body of a success": [DAMAGED],
        "any other status": [refused(400), refused(404), refused(501)],
    }
    after_a_loss = "any other status, after a lost attempt"
    assert set(rows) == {*cases, after_a_loss}
    for (name, failures), (column, kind) in product(cases.items(), enumerate(kinds)):
        for failure in failures:
            assert next_step(kind, failure, can_check=True, may_have_effect=False) == rows[name][column], (name, kind)
    for column, kind in enumerate(kinds):
        assert next_step(kind, refused(409), can_check=True, may_have_effect=True) == rows[after_a_loss][column], kind
