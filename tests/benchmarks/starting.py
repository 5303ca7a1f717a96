"""Starting: what an import costs a new interpreter, and when a program has its first answer."""

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.async_clients import HEADERS, TOKEN
from tests.benchmarks.canned_server import database_id
from tests.benchmarks.measure import compare_blocking, cpu_of_children
from tests.benchmarks.processes import canned_answers
from tests.benchmarks.table import Table, comparison

if TYPE_CHECKING:
    from collections.abc import Callable

_IMPORTS: Final = (
    "import aiohttp",
    "from astra_devops import AsyncAstraDevOps",
    "from astra_devops import AstraDevOps",
    "from astrapy import DataAPIClient",
    "import httpx",
    "import requests",
    "pass",
)

# In each {url}, {token}, {headers} and {id} are replaced.
_ASYNC_PROGRAMS: Final = {
    "aiohttp + orjson": """
import asyncio, aiohttp, orjson
async def main():
    async with aiohttp.ClientSession(headers={headers}) as session:
        async with session.get('{url}/v2/databases/{id}') as response:
            orjson.loads(await response.read())
asyncio.run(main())
""",
    "astra-devops": """
import asyncio
from astra_devops import AsyncAstraDevOps
async def main():
    async with AsyncAstraDevOps('{token}', base_url='{url}') as astra:
        await astra.databases.get('{id}')
asyncio.run(main())
""",
    "httpx": """
import asyncio, httpx
async def main():
    async with httpx.AsyncClient(headers={headers}) as client:
        (await client.get('{url}/v2/databases/{id}')).json()
asyncio.run(main())
""",
    "astrapy": """
import asyncio
from astrapy import DataAPIClient
from astrapy.api_options import APIOptions, DevOpsAPIURLOptions
options = APIOptions(dev_ops_api_url_options=DevOpsAPIURLOptions(dev_ops_url='{url}', dev_ops_api_version='v2'))
asyncio.run(DataAPIClient(token='{token}', api_options=options).get_admin().async_database_info('{id}'))
""",
}
_BLOCKING_PROGRAMS: Final = {
    "astrapy": """
from astrapy import DataAPIClient
from astrapy.api_options import APIOptions, DevOpsAPIURLOptions
options = APIOptions(dev_ops_api_url_options=DevOpsAPIURLOptions(dev_ops_url='{url}', dev_ops_api_version='v2'))
DataAPIClient(token='{token}', api_options=options).get_admin().database_info('{id}')
""",
    "astra-devops": """
from astra_devops import AstraDevOps
with AstraDevOps('{token}', base_url='{url}') as astra:
    astra.databases.get('{id}')
""",
    "requests": """
import requests
requests.get('{url}/v2/databases/{id}', headers={headers}).json()
""",
    "httpx": """
import httpx
httpx.get('{url}/v2/databases/{id}', headers={headers}).json()
""",
}


def run_code(program: str) -> None:
    """Run code in a new interpreter."""
    subprocess.run([sys.executable, "-c", program], check=True)


def _compare(title: str, programs: dict[str, str], rounds: int, target: str) -> Table:
    runs: dict[str, Callable[[], Any]] = {name: partial(run_code, program) for name, program in programs.items()}
    return comparison(title, compare_blocking(runs, rounds, cpu_of_children), 1, target=target, unit="ms")


def imports(*, quick: bool) -> Table:
    """Import what a program imports, in a new interpreter."""
    target = "CPU at most 1.15 of aiohttp for the asynchronous class, 1.30 for the blocking one"
    return _compare("Importing", {line: line for line in _IMPORTS}, 1 if quick else 15, target)


def _first_answer(title: str, programs: dict[str, str], rounds: int, target: str) -> Table:
    with canned_answers() as url:
        values = {"{url}": url, "{token}": TOKEN, "{headers}": repr(HEADERS), "{id}": database_id(0)}
        filled = {}
        for name, program in programs.items():
            for mark, value in values.items():
                program = program.replace(mark, value)
            filled[name] = program
        return _compare(title, filled, rounds, target)


def first_answer(*, quick: bool) -> Table:
    """Start an asynchronous program that makes one call."""
    return _first_answer(
        "The first answer of an asynchronous program", _ASYNC_PROGRAMS, 1 if quick else 15, "CPU at most 1.2 of aiohttp + orjson"
    )


def first_blocking_answer(*, quick: bool) -> Table:
    """Start a blocking program that makes one call."""
    return _first_answer("The first answer of a blocking program", _BLOCKING_PROGRAMS, 1 if quick else 15, "CPU at most 1.0 of astrapy")
