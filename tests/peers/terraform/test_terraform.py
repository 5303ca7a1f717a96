"""The vendor's Terraform provider against the emulator, through its whole life of resources.

``ASTRA_TERRAFORM_PROVIDER`` is a directory with the provider's program; ``terraform`` or ``tofu``
is on the path.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from astra_devops.emulator import Emulator

CONFIGURATION = Path(__file__).with_name("main.tf")
CHANGED = ["-var", "note=office", "-var", "capacity=3", "-var", 'regions=["us-east-2","us-west-2"]']
IMPORTED = ("astra_database.orders", "astra_role.reader", "astra_pcu_group.group", "astra_customer_key.key", "astra_access_list.list")

Terraform = Callable[..., str]


@pytest.fixture
def terraform(emulator: Emulator, tmp_path: Path) -> Terraform:
    """Return a function that runs Terraform with some words, and returns its output."""
    provider = os.environ.get("ASTRA_TERRAFORM_PROVIDER")
    program = shutil.which("terraform") or shutil.which("tofu")
    assert provider, "ASTRA_TERRAFORM_PROVIDER must be a directory with the provider's program"
    assert program, "terraform or tofu must be on the path"
    shutil.copy(CONFIGURATION, tmp_path)
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


@pytest.mark.timeout(600)
def test_resources_are_applied_changed_imported_and_destroyed(emulator: Emulator, terraform: Terraform) -> None:
    assert "Resources: 10 added" in terraform("apply", "-auto-approve")
    assert "No changes." in terraform("plan", "-detailed-exitcode")
    assert "Resources: 1 added, 3 changed, 1 destroyed" in terraform("apply", "-auto-approve", *CHANGED)
    assert "No changes." in terraform("plan", "-detailed-exitcode", *CHANGED)
    ids = {
        f"{resource['type']}.{resource['name']}": resource["instances"][0]["attributes"]["id"]
        for resource in json.loads(terraform("state", "pull"))["resources"]
        if resource["mode"] == "managed" and "id" in resource["instances"][0]["attributes"]
    }
    for address in IMPORTED:
        terraform("state", "rm", address)
        terraform("import", *CHANGED, address, ids[address])
    # The provider's own protection from deletion is not on the service, and is on after an import.
    assert "0 added, 1 changed, 0 destroyed" in terraform("apply", "-auto-approve", *CHANGED)
    assert "No changes." in terraform("plan", "-detailed-exitcode", *CHANGED)
    # The provider does not wait for the maintenance after a keyspace to end, and does not repeat
    # the termination of a datacenter that is refused with 409.
    terraform("destroy", "-auto-approve", *CHANGED, "-target", "astra_keyspace.second")
    terraform("destroy", "-auto-approve", *CHANGED)
    assert json.loads(terraform("state", "pull"))["resources"] == []
    assert {database.status for database in emulator.databases.values()} <= {"TERMINATING", "TERMINATED"}
    assert [exchange.path for exchange in emulator.journal if exchange.status is not None and 400 <= exchange.status < 500] == []
    assert len({exchange.operation for exchange in emulator.journal}) == 41
