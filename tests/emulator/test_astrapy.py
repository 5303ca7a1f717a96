"""astrapy, the vendor's client, against the emulator.

It runs in its own process, on a scaled clock, since it waits in real time.
"""

import json
import subprocess
import sys
from pathlib import Path

from astra_devops.emulator import Emulator, ScaledClock

PROGRAM = Path(__file__).with_name("astrapy_program.py")


def test_the_vendors_client_gets_the_answers_it_expects() -> None:
    with Emulator.running(clock=ScaledClock(600)) as emulator:
        command = [sys.executable, str(PROGRAM), emulator.url, emulator.token]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        pages = emulator.journal.count("listDatabases")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "regions": ["AWS", "AZURE", "GCP"],
        "created": ["orders", "ACTIVE", ["shop"], ["us-east-2"]],
        "keyspaces": ["shop", "second"],
        "dropped": ["shop"],
        "listed": [61, 61],
        "still listed": False,
        "unknown id": [404, [None]],
        "wrong token": [401, [340018]],
    }
    assert pages >= 3
