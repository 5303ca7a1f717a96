"""The page that shows the tables."""

import importlib.metadata
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.benchmarks.table import Table

_PACKAGES: Final = ("astra-devops", "aiohttp", "orjson", "attrs", "cattrs", "anyio", "astrapy", "httpx", "requests", "urllib3")
_HEAD: Final = """\
# Performance

Written by `nox -s benchmarks`; the code is in `tests/benchmarks`. To repeat it, run that command: it takes about {minutes} minutes,
prints each table as soon as it is there, and replaces this page. `nox -s benchmarks -- --list` names the tables,
`nox -s benchmarks -- calls-32` measures one of them, and `nox -s benchmarks -- --quick` makes one call with each client, only to
see that it runs. None of these three changes this page.

{setting}

## How to read the tables

- Compare ratios. Times differ between machines, and on a shared machine from hour to hour; ratios hardly do.
- Each round runs every client once, in random order. A ratio is that to the first line of the table in the same round; the table
  shows the median of all rounds, and in parentheses the quartiles.
- CPU is the processor time of the client's process, with all its threads and the kernel's part. It leaves out the server, which is
  a process of its own, and hardly depends on what else the machine does. Where programs are started, it is that of the program.
- Wall is the time that passed. It includes the server, and waiting for a core. As the server costs each client the same, ratios of
  wall time are nearer to 1 than those of CPU.
- The server sends answers made beforehand, over the loopback interface and without TLS. On a real line the latency comes on top,
  the same for all.
- Each read asks for another database than the one before.
- Clients are used as one would write it by hand, and tuned where that changes anything. `aiohttp + orjson` is a plain `session.get`
  and `orjson.loads`: no checks, no retries, no objects. Tuned, it also has no time limit, no cookies and no redirects.
- A client that fails says so in its line, and the others go on.
- Targets are those of this project for its own lines. Nothing fails when one is missed.
"""


def describe(minutes: float, load: Sequence[float]) -> str:
    """Describe where and when the tables were measured."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d, %H:%M} UTC in {minutes:.0f} minutes, on {_processor()} with {os.cpu_count()} cores, "
        f"{platform.system()}, {platform.python_implementation()} {platform.python_version()}. The load of the machine, averaged over five "
        f"minutes, was {load[1]:.1f} at the start and {os.getloadavg()[1]:.1f} at the end; above 2 at the start, others were using it.\n\n"
        f"Versions: {versions}."
    )


def _processor() -> str:
    """Return the name of the processor, where the system says it."""
    if (path := Path("/proc/cpuinfo")).exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def page(sections: Iterable[tuple[str, Sequence[Table]]], minutes: float, load: Sequence[float]) -> str:
    """Write the page."""
    parts = [_HEAD.format(minutes=max(1, round(minutes)), setting=describe(minutes, load))]
    for title, tables in sections:
        parts += [f"## {title}\n", *(table.markdown() for table in tables)]
    return "\n".join(parts)
