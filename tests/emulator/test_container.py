"""The container: what it would run works here, without a container."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml

CONTAINER: Final = Path(__file__).parents[2] / "container"
CONTAINERFILE: Final = (CONTAINER / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
TOKEN: Final = f"AstraCS:{'a' * 24}:{'0' * 64}"


def command(instruction: str) -> list[str]:
    (found,) = re.findall(rf"^{instruction} .*?(\[.*\])$", CONTAINERFILE, re.MULTILINE)
    words: list[str] = json.loads(found)
    assert words[0] == "python"
    return [sys.executable, *words[1:]]


def service() -> Any:
    return yaml.safe_load((CONTAINER / "compose.yaml").read_text(encoding="utf-8"))["services"]["emulator"]


def test_the_command_of_the_image_with_that_of_compose_starts_and_is_healthy() -> None:
    options = [TOKEN if option.startswith("${ASTRA_EMULATOR_TOKEN") else option for option in service()["command"]]
    anywhere = ["0" if word in ("8000", "8001") else word for word in command("ENTRYPOINT")]
    with subprocess.Popen([*anywhere, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        place = json.loads(process.stdout.readline())
        port = place["url"].rpartition(":")[2]
        check = [word.replace(":8000/", f":{port}/") for word in command("HEALTHCHECK")]
        healthy = subprocess.run(check, check=False).returncode
        process.terminate()
        assert process.wait() == 0
    assert (place["token"], healthy) == (TOKEN, 0)


def test_an_emulator_that_does_not_listen_is_not_healthy() -> None:
    check = [word.replace(":8000/", ":1/") for word in command("HEALTHCHECK")]
    assert subprocess.run(check, capture_output=True, check=False).returncode != 0


def test_the_ports_are_the_same_everywhere() -> None:
    assert [port.rpartition(":")[2] for port in service()["ports"]] == ["8000", "8001"]
    assert re.findall(r"^EXPOSE (.*)$", CONTAINERFILE, re.MULTILINE) == ["8000 8001"]
    assert [command("ENTRYPOINT")[at + 1] for at, word in enumerate(command("ENTRYPOINT")) if word.endswith("port")] == ["8000", "8001"]
