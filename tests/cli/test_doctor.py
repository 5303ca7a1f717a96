"""``python -m astra_devops doctor`` as a program, against an emulator."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from astra_devops._cli.service import _advice
from astra_devops.emulator import Emulator, RealClock, VirtualClock


class Run(NamedTuple):
    """How a run of the command has ended."""

    status: int
    output: str
    errors: str

    @property
    def findings(self) -> dict[str, Any]:
        return {finding["check"]: finding for finding in json.loads(self.output)["findings"]}

    @property
    def results(self) -> dict[str, str]:
        return {check: finding["result"] for check, finding in self.findings.items()}


def doctor(*words: str, token: str | None = None, **variables: str) -> Run:
    environment = {**os.environ, **variables} | ({} if token is None else {"ASTRA_DB_APPLICATION_TOKEN": token})
    done = subprocess.run([sys.executable, "-m", "astra_devops", "doctor", *words], capture_output=True, text=True, env=environment)
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator.running(clock=RealClock()) as emulator:
        yield emulator


def test_all_is_well(emulator: Emulator) -> None:
    run = doctor("--base-url", emulator.url, token=emulator.token)
    assert (run.status, run.errors) == (0, "")
    lines = run.output.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["ok", f"{check}:"] for check in ("versions", "token", "proxy", "connection", "tls", "accepted", "clock", "permissions")
    ]
    assert "from the environment variable ASTRA_DB_APPLICATION_TOKEN" in lines[1]
    assert "org-db-create" in lines[-1]


def test_json_has_the_same(emulator: Emulator) -> None:
    run = doctor("--base-url", emulator.url, "--json", token=emulator.token)
    assert json.loads(run.output)["ok"] is True
    assert set(run.results.values()) == {"ok"}
    assert run.findings["versions"]["details"]["python"] == sys.version.split()[0]
    assert "org-db-create" in run.findings["permissions"]["details"]["permissions"]


def test_no_token(tmp_path: Path) -> None:
    run = doctor("--json", HOME=str(tmp_path))
    assert (run.status, run.results) == (1, {"versions": "ok", "token": "failed"})
    assert "ASTRA_DB_APPLICATION_TOKEN" in run.findings["token"]["text"]


def test_a_malformed_token_is_not_shown() -> None:
    run = doctor(token="AstraCS:canary-8c1f")
    assert run.status == 1
    assert "the environment variable ASTRA_DB_APPLICATION_TOKEN is not an Astra token, which is 'AstraCS:', 24 characters" in run.output
    assert "canary" not in run.output + run.errors


def test_a_profile_that_others_can_read(emulator: Emulator, tmp_path: Path) -> None:
    file = tmp_path / ".astrarc"
    text = f"[work]\nASTRA_DB_APPLICATION_TOKEN={emulator.token}\nASTRA_ENV=LOCAL\nASTRA_LOCAL_ENDPOINT={emulator.url}\n"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o644)
    run = doctor("--profile", "work", "--json", HOME=str(tmp_path))
    assert (run.status, run.results["settings"]) == (0, "warning")
    assert f"profile 'work' of {file}" in run.findings["token"]["text"]
    assert run.findings["connection"]["details"]["url"] == emulator.url
    assert "chmod 600" in run.findings["settings"]["text"]


def test_a_revoked_token(emulator: Emulator) -> None:
    token = emulator.add_token(["org-db-view"])
    emulator.revoke_token(token)
    run = doctor("--base-url", emulator.url, "--json", token=token)
    assert (run.status, run.results["connection"], run.results["accepted"]) == (1, "ok", "failed")
    assert "--environment" in run.findings["accepted"]["advice"]
    assert token not in run.output
    assert token.rpartition(":")[2] not in run.output


def test_a_token_that_may_not_read_its_roles(emulator: Emulator) -> None:
    run = doctor("--base-url", emulator.url, "--json", token=emulator.add_token(["org-db-view"]))
    assert (run.status, run.results["permissions"]) == (0, "skipped")
    assert "org-token-read" in run.findings["permissions"]["advice"]


def test_a_service_that_cannot_be_reached(emulator: Emulator) -> None:
    run = doctor("--base-url", "http://127.0.0.1:9", "--json", token=emulator.token)
    assert (run.status, run.results["connection"]) == (1, "failed")
    assert "http://127.0.0.1:9" in run.findings["connection"]["text"]


def test_a_service_without_tls(emulator: Emulator) -> None:
    run = doctor("--base-url", emulator.url.replace("http:", "https:"), "--json", token=emulator.token)
    assert (run.status, run.results["connection"]) == (1, "failed")
    assert "does not speak TLS" in run.findings["connection"]["advice"]


def test_the_proxy_of_the_environment_is_shown_without_its_password(emulator: Emulator) -> None:
    run = doctor("--json", token=emulator.token, HTTPS_PROXY="http://ann:canary-pw@127.0.0.1:9")
    assert (run.status, run.results["proxy"], run.results["connection"]) == (1, "ok", "failed")
    assert run.findings["proxy"]["details"] == {"proxy": "http://127.0.0.1:9"}
    assert "proxy" in run.findings["connection"]["advice"]
    assert "canary" not in run.output + run.errors


def test_a_proxy_that_cannot_be_used(emulator: Emulator) -> None:
    run = doctor("--json", token=emulator.token, HTTPS_PROXY="socks5://127.0.0.1:9")
    assert (run.status, run.results["proxy"]) == (1, "failed")


def test_a_clock_that_is_wrong() -> None:
    with Emulator.running(clock=VirtualClock()) as emulator:
        run = doctor("--base-url", emulator.url, "--json", token=emulator.token)
    assert (run.status, run.results["clock"]) == (0, "warning")
    assert abs(run.findings["clock"]["details"]["skew_seconds"]) > 30


@pytest.mark.parametrize(
    ("words", "message"),
    [("--base-url ftp://x", "base_url must be"), ("--base-url http://o.example", "base_url must be an https URL"), ("--shout", "--shout")],
)
def test_a_wrong_argument(words: str, message: str) -> None:
    run = doctor(*words.split())
    assert (run.status, run.output) == (2, "")
    assert message in run.errors


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        ("[SSLCertVerificationError: certificate verify failed: self-signed certificate]", "SSL_CERT_FILE"),
        ("[Name or service not known]", "DNS"),
        ("the proxy p:3128 answered 403", "HTTPS_PROXY and NO_PROXY"),
        ("Connection timeout", "firewall"),
    ],
)
def test_the_advice_names_what_to_change(problem: str, advice: str) -> None:
    assert advice in _advice(problem.lower())


def test_the_program_alone_prints_help() -> None:
    done = subprocess.run([sys.executable, "-m", "astra_devops"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"doctor", "fleet"} <= set(done.stdout.split())
    done = subprocess.run([sys.executable, "-m", "astra_devops", "docter"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "'docter' is not a command; it must be one of apply, doctor, drift, export, fleet, plan" in done.stderr
