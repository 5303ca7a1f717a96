"""Programs in other languages drive the emulator: the scripts of the guide, as they stand."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from astra_devops.emulator import Emulator, VirtualClock

GUIDE: Final = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


def script(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(text)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_shell_script_of_the_guide(tmp_path: Path) -> None:
    with Emulator.running(clock=VirtualClock(auto=False)) as emulator:
        environment = os.environ | {"EMULATOR": emulator.url, "TOKEN": emulator.token}
        done = subprocess.run(["sh", "-c", script("sh")], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert [database.status for database in emulator.databases.values()] == ["ACTIVE"]
        assert emulator.faults.active() == []
    assert [word for word in ('"ids":["1"]', "answers 429", "PENDING", "ACTIVE", '"name":"orders"') if word not in done.stdout] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_node_script_of_the_guide(tmp_path: Path) -> None:
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").partition(".")[0]) < 18:
        pytest.skip(f"Node.js {version.strip()} has no fetch; it needs 18 or newer")
    (tmp_path / "emulator.test.mjs").write_text(script("js"), encoding="utf-8")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", "emulator.test.mjs"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 2" in done.stdout


def test_the_guide_lists_every_control_route() -> None:
    with Emulator.running() as emulator:
        request = subprocess.run(
            [sys.executable, "-c", PROBE, f"{emulator.url}/_emulator/nothing"], capture_output=True, text=True, check=True
        )
    (error,) = json.loads(request.stdout)["errors"]
    routes = re.findall(r"/_emulator/([\w/]+)", error["message"].partition("There are:")[2])
    assert len(routes) >= 10
    assert [route for route in routes if f" {route}`" not in GUIDE] == []


PROBE: Final = """
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1])
except urllib.error.HTTPError as error:
    print(error.read().decode())
"""
