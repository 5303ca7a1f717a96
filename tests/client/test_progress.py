"""The progress of a wait and of a download, on standard error."""

import re
from pathlib import Path

import pytest

from astra_devops import AsyncAstraDevOps
from astra_devops._runtime.progress import stream
from astra_devops._runtime.progress.status import DownloadProgress, PlainStatus, WaitProgress, status_display
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_a_wait_shows_its_progress_only_if_asked(astra: AsyncAstraDevOps, capsys: pytest.CaptureFixture[str]) -> None:
    operation = await astra.databases.create("orders", cloud_provider="aws", region="us-east-2")
    await operation.wait()
    assert capsys.readouterr() == ("", "")
    operation = await astra.databases.create("sales", cloud_provider="aws", region="us-east-2")
    database = await operation.wait(progress=True)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert {line.partition(":")[0] for line in lines} == {f"databases.create {database.id}"}
    assert [re.split(r": |, ", line)[1] for line in lines][:2] == ["PENDING", "INITIALIZING"]
    assert re.search(r": ACTIVE, \d min \d\d s$", lines[-1])
    with pytest.raises(TypeError, match="progress must be"):
        await operation.wait(progress="yes")  # type: ignore[arg-type]


async def test_it_shows_why_a_poll_failed(astra: AsyncAstraDevOps, emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    operation = await astra.databases.create("sales", cloud_provider="aws", region="us-east-2")
    emulator.faults.status("getDatabase", 503)
    await operation.wait(progress=True)
    assert "503" in capsys.readouterr().err.splitlines()[0]


def test_the_blocking_client_shows_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with Emulator.running() as emulator, emulator.client() as astra:
        astra.databases.create("orders", cloud_provider="aws", region="us-east-2").wait(progress=True)
    assert ": ACTIVE, " in capsys.readouterr().err


async def test_a_download(astra: AsyncAstraDevOps, emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database_id = emulator.add_database("orders")
    for progress in (False, None):
        await astra.secure_bundles.download(database_id, tmp_path, progress=progress)
    assert capsys.readouterr().err == ""
    path = await astra.secure_bundles.download(database_id, tmp_path, progress=True)
    size = path.stat().st_size
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"of {size:,} B (100%)" if size < 10_000 else "(100%)")


def test_plain_lines_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    wait = WaitProgress("waiting")
    for second in range(100):
        wait.polled("PENDING", second, None, is_news=second == 0)
    wait.close()
    assert len(capsys.readouterr().err.splitlines()) == 5
    download = DownloadProgress("bundle")
    for received in range(1, 1001):
        download(received, 1000)
    download(5, None)
    download.close()
    assert len(capsys.readouterr().err.splitlines()) <= 6


def test_a_terminal_gets_one_line_that_changes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    display = status_display()
    assert type(display).__name__ == "LiveStatus"
    display.show("[red]first[/red]", is_news=True)
    display.show("second", is_news=False)
    display.close()
    display.close()
    assert capsys.readouterr().err.endswith("\x1b[2Ksecond\n")
    monkeypatch.setenv("CI", "true")
    assert type(status_display()) is PlainStatus


def test_a_closed_standard_error_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert not stream.is_terminal()
    stream.write("x")
