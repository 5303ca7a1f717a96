"""Terraform with the vendor's provider, against the emulator."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from astra_devops.emulator import Emulator

Terraform = Callable[..., str]


@pytest.fixture
def terraform(emulator: Emulator, tmp_path: Path, request: pytest.FixtureRequest) -> Terraform:
    """Return a function that runs Terraform with some words, and returns its output.

    ``CONFIGURATION`` of the module is the file that it works on.
    """
    provider = os.environ.get("ASTRA_TERRAFORM_PROVIDER")
    program = shutil.which("terraform") or shutil.which("tofu")
    assert provider, "ASTRA_TERRAFORM_PROVIDER must be a directory with the provider's program"
    assert program, "terraform or tofu must be on the path"
    shutil.copy(request.module.CONFIGURATION, tmp_path)
    settings = tmp_path / "settings.tfrc"
    settings.write_text(f'provider_installation {{\n  dev_overrides {{\n    "datastax/astra" = "{provider}"\n  }}\n}}\n')
    environment = os.environ | {
        "ASTRA_API_URL": emulator.url,
        "ASTRA_API_TOKEN": emulator.token,
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(settings),
        "TF_IN_AUTOMATION": "1",
        "NO_COLOR": "1",
    }

    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run([program, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    return run
