"""The vendor's Java client against the emulator, from Maven Central."""

import json
import subprocess
from pathlib import Path

import pytest

from astra_devops.emulator import Emulator

PROGRAM = Path(__file__).with_name("AstraProgram.java")
VERSION = "2.1.4"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>peers</groupId>
  <artifactId>peers</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.datastax.astra</groupId>
      <artifactId>astra-sdk-devops</artifactId>
      <version>{VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


def run(*command: str, directory: Path) -> str:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def class_path(directory: Path) -> str:
    """Download the client and what it needs, and return where they are."""
    (directory / "pom.xml").write_text(POM)
    run("mvn", "--quiet", "--batch-mode", "dependency:build-classpath", "-Dmdep.outputFile=classpath", directory=directory)
    return (directory / "classpath").read_text().strip()


@pytest.mark.timeout(300)
def test_the_java_client_finds_what_it_expects(emulator: Emulator, tmp_path: Path) -> None:
    said = run("java", "-cp", class_path(tmp_path), str(PROGRAM), emulator.url, emulator.token, directory=tmp_path)
    assert json.loads(said) == {
        "organization": True,
        "regions": True,
        "serverless regions": True,
        "created": ["orders", "ACTIVE", "vector", "serverless", 1, True, True],
        "found": [True, True, 1, 0, True],
        "keyspaces": ["done", ["second", "shop"], True, "KeyspaceAlreadyExistException", "done", "KeyspaceNotFoundException", ["shop"]],
        "datacenters": ["done", ["us-east-2", "us-west-2"], True, "done", False],
        "bundles": [True, True, "done", 1],
        # The client writes a body that is not JSON, so the 400 is right.
        "telemetry": ["IllegalArgumentException", 404],
        # It asks for a path of the streaming API, which the DevOps API does not have.
        "changes": [0, False],
        "classic": ["done", "PARKED", "done", "done", 2, "done"],
        # It replaces a list with an array, where all documents and other clients have an object.
        "access lists": ["done", "10.0.0.1/32", "IllegalArgumentException", "done", True, "done", "done"],
        "deleted": ["done", True, False, "IllegalArgumentException"],
        "roles": ["reader", ["org-db-terminate"], True, True, True, "done", "done", False],
        "users": ["done", "invited", True, "done", "done", False],
        "tokens": [True, True, True, "done", False],
        "keys": 0,
        "refused": {
            "unknown id": False,
            "deleting an unknown id": "IllegalArgumentException",
            "wrong token": "AuthenticationException",
            "no such region": "IllegalArgumentException",
            "unknown role": False,
            "unknown user": "UserNotFoundException",
        },
    }
    assert len({exchange.operation for exchange in emulator.journal if exchange.operation}) == 40
