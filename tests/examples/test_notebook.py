"""The notebook runs from top to bottom, and shows tables."""

from pathlib import Path
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
