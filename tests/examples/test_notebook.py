"""The notebook runs from top to bottom, and shows tables."""

from pathlib import Path
from textwrap import dedent
from typing import Final

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK: Final = Path(__file__).parents[2] / "examples/inventory.ipynb"


@pytest.mark.filterwarnings("ignore")  # of the kernel's own sockets and loop
def test_the_notebook_shows_the_databases() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    NotebookClient(notebook, timeout=50, kernel_name="python3").execute()
    results = [output["data"] for cell in notebook.cells for output in cell.get("outputs", ()) if output.output_type == "execute_result"]
    assert len(results) == 3
    assert all("<table" in result["text/html"] for result in results[:2])
    assert "'orders'" in results[2]["text/plain"]


_CELLS: Final = (
    """
    from contextlib import ExitStack
    from astra_devops.emulator import Emulator
    stack = ExitStack()
    emulator = stack.enter_context(Emulator.running())
    astra = stack.enter_context(emulator.client())
    database = astra.databases.create("orders", cloud_provider="AWS", region="us-east-2").wait(progress=True)
    """,
    "path = astra.secure_bundles.download(database.id, 'bundle.zip', progress=True)",
    """
    def work(astra, database):
        return astra.keyspaces.ensure(database.id, "audit")

    with astra.fleet.run(work, astra.databases.list()) as run:
        run.wait()
    run.report
    """,
    "astra.databases.list()",
    "stack.close()",
)


@pytest.mark.filterwarnings("ignore")
def test_progress_is_a_line_that_changes_and_the_blocking_client_works_without_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(dedent(cell)) for cell in _CELLS])
    NotebookClient(notebook, timeout=50, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    shown = [[output.get("data", output) for output in cell.outputs] for cell in notebook.cells]
    (wait,), (download,), (line, end, report), (pager,), nothing = shown
    assert ": ACTIVE, " in wait["text/plain"]
    assert download["text/plain"].endswith("(100%)")
    assert line["text/plain"].startswith("1 items in")
    assert (end["name"], end["text"][:9]) == ("stderr", "1 items i")
    assert report["text/html"].startswith("<pre>1 items in")
    assert pager["text/plain"].startswith("<Pager: ")
    assert nothing == []
