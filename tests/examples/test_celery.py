"""The Celery worker, with two processes of a pool and a broker of files."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from astra_devops.emulator import Emulator, ScaledClock

SERVICES: Final = Path(__file__).parents[2] / "examples/services"

# What a program does that sends tasks. The worker ends when both databases are ready.
SENDER: Final = """\
import os
os.environ.setdefault("PYTHONWARNINGS", "")
from celery import chain
from celery_worker import app, create_database, wait_for_database
app.conf.broker_transport_options = {options}
results = [chain(create_database.s(name), wait_for_database.s())() for name in ("orders", "users")]
print(*(result.get(timeout=40) for result in results))
app.control.shutdown()
"""
WORKER: Final = """\
from celery_worker import app
app.conf.broker_transport_options = {options}
app.worker_main(["worker", "--pool=prefork", "--concurrency=2", "--loglevel=WARNING", "--without-gossip", "--without-mingle"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Celery has no processes of a pool on Windows")
def test_the_worker_makes_databases_in_its_processes(tmp_path: Path) -> None:
    folders = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    for name in ("queue", "control", "results"):
        (tmp_path / name).mkdir()
    with Emulator.running(clock=ScaledClock(600)) as emulator:
        environment = os.environ | {
            "ASTRA_DB_APPLICATION_TOKEN": emulator.token,
            "ASTRA_BASE_URL": emulator.url,
            "BROKER_URL": "filesystem://",
            "RESULT_URL": f"file://{tmp_path / 'results'}",
            "PYTHONPATH": str(SERVICES),
        }
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER.format(options=folders)],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            sender = [sys.executable, "-c", SENDER.format(options=folders)]
            done = subprocess.run(sender, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=50)
        finally:
            worker.terminate()
            _, complaints = worker.communicate(timeout=10)
        assert done.returncode == 0, done.stderr + complaints
        assert set(done.stdout.split()) == set(emulator.databases)
        assert len(emulator.databases) == 2
