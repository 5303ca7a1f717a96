"""``pytest --astra-emulator-policy FILE``: the smallest policy that a test run needed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from astra_devops.emulator import Emulator
    from astra_devops.emulator.permissions import Need

_KEY: Final = "astra_emulator_needs"
"""The key under which a worker of pytest-xdist sends what it has collected."""


class PolicyWriter:
    """Collects what the requests of all tests needed, those of the workers of pytest-xdist too."""

    def __init__(self, config: pytest.Config) -> None:
        self._path = Path(str(config.getoption("--astra-emulator-policy"))).absolute()
        self._needs: set[Need] = set()
        self._lines: list[str] = []
        if not self._path.parent.is_dir():
            raise pytest.UsageError(f"--astra-emulator-policy must be in a directory that exists, but {self._path.parent} is none")

    def add(self, emulator: "Emulator") -> None:
        """Add what the requests of a test needed."""
        self._needs.update(emulator.journal.permissions().needs)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker has collected. A worker that has crashed sends nothing."""
        from astra_devops.emulator.permissions import from_document

        self._needs.update(from_document(document) for document in getattr(node, "workeroutput", {}).get(_KEY, ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file, or in a worker send what was collected."""
        import attrs

        from astra_devops.emulator.permissions import Permissions

        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_KEY] = [attrs.asdict(need) for need in self._needs]
            return
        permissions = Permissions.of(self._needs)
        policy = permissions.policy("Needed by a test run")
        self._path.write_text(json.dumps(policy, indent=2) + "\n", encoding="utf-8")
        self._lines = [f"{len(permissions.actions)} permissions written to {self._path}"]
        if permissions.unknown:
            self._lines.append(f"not documented by the service, and so not included: the permissions of {', '.join(permissions.unknown)}")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print what was written, and what is not known."""
        for line in self._lines:
            terminalreporter.write_line(f"astra_emulator: {line}")
