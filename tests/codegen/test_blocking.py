"""The generator of the blocking classes, on small packages that each test writes."""

import ast
import textwrap
from pathlib import Path

import pytest

from astra_devops._codegen.banner import banner
from astra_devops._codegen.blocking.docs import blocking_text, quoted
from astra_devops._codegen.blocking.pipeline import blocking_files
from astra_devops._codegen.blocking.source import Unmappable

CLIENT = '''
"""The client."""

from astra_devops._first_use import made_on_first_use
from types import TracebackType
from typing import Any, Self

from astra_devops._client_resources import ClientResources
from astra_devops._runtime.auth.token import Token
from astra_devops.operations.handle import AsyncOperation

LIMIT = 100


class AsyncAstraDevOps(ClientResources):
    """A client."""

    def __init__(self, token: Token | None = None, *, limit: int = LIMIT) -> None:
        """Check the settings.

        Args:
            token: Application token,
                in two lines.

        Raises:
            ValueError: A setting is wrong.
        """

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return ""

    def with_options(self, *, timeout: float | None = None) -> "AsyncAstraDevOps":
        """Return a view."""
        return self

    async def resume(self, token: str) -> AsyncOperation[Any]:
        """Resume an operation."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close connections."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None: ...
'''

CLIENT_RESOURCES = '''
"""The resources of a client."""

from astra_devops._first_use import made_on_first_use
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from astra_devops.resources.databases import AsyncDatabases


class ClientResources:
    """The resources of a client."""

    _caller: object

    @made_on_first_use
    def databases(self) -> "AsyncDatabases":
        """Databases."""
        from astra_devops.resources.databases import AsyncDatabases

        return AsyncDatabases()
'''

TOKEN = """
from collections.abc import Awaitable, Callable

TokenProvider = Callable[[], str | Awaitable[str]]
Token = str | TokenProvider
Observer = Callable[[object], None]
"""

DATABASES = '''
"""Databases."""

import builtins
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal as Number
from functools import cache
from typing import TYPE_CHECKING, Literal, overload

from astra_devops._runtime.pages import AsyncPager
from astra_devops._runtime.auth.token import Observer, Token
from astra_devops.operations.handle import AsyncOperation

if TYPE_CHECKING:
    from fractions import Fraction

Kind = Literal["plain", "vector"]
SIZE = 25
_hidden = 1


class AsyncDatabases:
    """Databases."""

    _limit = 1

    def __init__(self) -> None: ...

    async def _private(self) -> None: ...

{method}
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = tmp_path / "astra_devops"
    files = {
        "client.py": CLIENT,
        "_client_resources.py": CLIENT_RESOURCES,
        "_runtime/auth/token.py": TOKEN,
        "resources/__init__.py": '"""Resources."""\n',
    }
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return package


def write_databases(package: Path, method: str) -> None:
    text = DATABASES.lstrip("\n").replace("{method}", textwrap.indent(textwrap.dedent(method).strip("\n"), "    "))
    (package / "resources/databases.py").write_text(text, encoding="utf-8")


def generate(package: Path, method: str) -> str:
    """Put a method into the async class. Return the blocking module, formatted from its tree."""
    write_databases(package, method)
    return ast.unparse(ast.parse(blocking_files(package)["blocking/databases.py"]))


def test_it_writes_a_module_for_each_async_one(package: Path) -> None:
    write_databases(package, "")
    files = blocking_files(package)
    assert sorted(files) == ["blocking/__init__.py", "blocking/client.py", "blocking/databases.py"]
    origins = {
        "blocking/__init__.py": "client.py and resources/",
        "blocking/client.py": "client.py and _client_resources.py",
        "blocking/databases.py": "resources/databases.py",
    }
    assert all(text.startswith(banner(origins[name])) for name, text in files.items())
    assert all("_codegen" not in (ast.get_docstring(ast.parse(text)) or "_codegen") for text in files.values())


def test_its_output_is_the_same_each_time(package: Path) -> None:
    write_databases(package, "async def get(self, name: str, number: Number, kind: Kind) -> str: ...")
    assert blocking_files(package) == blocking_files(package)


def test_a_coroutine_becomes_one_call_through_the_bridge(package: Path) -> None:
    text = generate(package, "async def get(self, name: str, /, size: int = SIZE, *, kind: Kind = 'plain') -> builtins.list[str]: ...")
    assert "def get(self, name: str, /, size: int=SIZE, *, kind: Kind='plain') -> builtins.list[str]:" in text
    assert "return self._bridge.call(self._target().get, name, size, kind=kind)" in text


def test_arguments_of_any_number_are_passed_on(package: Path) -> None:
    text = generate(package, "async def can(self, *names: str, where: str | None = None) -> bool: ...")
    assert "def can(self, *names: str, where: str | None=None) -> bool:" in text
    assert "return self._bridge.call(self._target().can, *names, where=where)" in text


def test_only_names_in_use_are_imported_from_where_the_source_has_them(package: Path) -> None:
    text = generate(package, "async def get(self, name: Kind, number: Number = SIZE) -> None: ...")
    assert "from decimal import Decimal as Number" in text
    for name in ("SIZE", "AsyncDatabases", "Kind"):
        assert f"from astra_devops.resources.databases import {name}\n" in text
    assert "builtins" not in text
    assert "Pager" not in text


def test_a_name_for_type_checkers_stays_one(package: Path) -> None:
    text = generate(package, "async def get(self, number: 'Fraction | None' = None) -> 'Fraction': ...")
    assert "if TYPE_CHECKING:\n    from fractions import Fraction" in text
    assert "def get(self, number: 'Fraction | None'=None) -> 'Fraction':" in text


def test_what_returns_nothing_returns_nothing(package: Path) -> None:
    assert "-> None:\n        self._bridge.call(self._target().touch)" in generate(package, "async def touch(self) -> None: ...")


def test_an_operation_is_wrapped(package: Path) -> None:
    text = generate(package, "async def create(self, name: str) -> AsyncOperation[str]: ...")
    assert "-> Operation[str]:" in text
    assert "return Operation(self._bridge, self._client, self._bridge.call(self._target().create, name))" in text


def test_a_pager_is_wrapped(package: Path) -> None:
    text = generate(package, "def list(self, *, size: int = 1) -> AsyncPager[str]: ...")
    assert "-> Pager[str]:" in text
    assert "return Pager(self._bridge, lambda: self._target().list(size=size))" in text


@pytest.mark.parametrize(
    "annotation", ["Token", "Token | None", "Callable[[int], Awaitable[None] | None]", "'Callable[[], Awaitable[str]]'"]
)
def test_a_callback_that_may_be_async_goes_to_a_worker_thread(package: Path, annotation: str) -> None:
    text = generate(package, f"async def get(self, hook: {annotation}) -> None: ...")
    assert "self._bridge.call(self._target().get, self._bridge.callback(hook))" in text


@pytest.mark.parametrize("annotation", ["Observer", "Callable[[Callable[[], Awaitable[None]]], None]", "Kind", "Number"])
def test_what_is_never_awaited_is_passed_unchanged(package: Path, annotation: str) -> None:
    assert "self._bridge.call(self._target().get, hook)" in generate(package, f"async def get(self, hook: {annotation}) -> None: ...")


def test_overloads_stay(package: Path) -> None:
    text = generate(
        package,
        """
        @overload
        async def pick(self, name: str) -> str: ...

        @overload
        async def pick(self, name: int) -> int: ...

        async def pick(self, name: str | int) -> str | int: ...
        """,
    )
    assert text.count("@overload") == 2
    assert "def pick(self, name: int) -> int:" in text
    assert "cast('Callable[..., Coroutine[Any, Any, str | int]]', self._target().pick)" in text


def test_the_client_has_its_settings_its_resources_and_a_view(package: Path) -> None:
    write_databases(package, "")
    text = ast.unparse(ast.parse(blocking_files(package)["blocking/client.py"]))
    assert "def __init__(self, token: Token | None=None, *, limit: int=LIMIT, bridge: Bridge | None=None) -> None:" in text
    assert "lambda: AsyncAstraDevOps(Bridge.callback(token), limit=limit)" in text
    assert "return Databases(self._bridge, self._handle)" in text
    assert "def base_url(self) -> str:" in text
    assert "client.view(lambda: client().with_options(timeout=timeout))" in text
    assert "def __exit__(" in text
    assert "def close(self) -> None:" in text
    assert "with AstraDevOps() as astra" in text
    assert "in two lines.\n            bridge: Event loop thread" in text


def test_importing_the_package_imports_no_module_of_it(package: Path) -> None:
    write_databases(package, "")
    tree = ast.parse(blocking_files(package)["blocking/__init__.py"])
    at_run_time = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert at_run_time == ["from importlib import import_module", "from typing import TYPE_CHECKING, Final"]


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("async def get(self, *hooks: Token) -> None: ...", "takes callbacks as"),
        ("async def get(self, **names: str) -> None: ...", "list its arguments"),
        ("async def get(self, name) -> None: ...", "the argument name has no annotation"),
        ("async def get(self): ...", "no return annotation"),
        ("def get(self) -> str: ...", "plain method that does not return a pager"),
        ("async def get(self) -> AsyncIterator[str]: ...", "async iterator"),
        ("async def get(self) -> None: yield", "async generator"),
        ("async def get(self) -> AsyncPager[str]: ...", "coroutine that returns an AsyncPager"),
        ("async def get(self) -> AsyncOperation[str] | None: ...", "mentions an async class"),
        ("async def get(self, operation: AsyncOperation[str]) -> None: ...", "cannot take"),
        ("@cache\nasync def get(self) -> None: ...", "@cache has no blocking form"),
        ("@property\ndef get(self) -> str: ...", "@property has no blocking form"),
        ("@staticmethod\nasync def get() -> None: ...", "@staticmethod has no blocking form"),
        ("LIMIT = 1", "public attribute"),
        ("class Inner: ...", "this has no blocking form in a class"),
    ],
)
def test_it_refuses_what_has_no_blocking_form_and_says_where(package: Path, method: str, reason: str) -> None:
    write_databases(package, method)
    with pytest.raises(Unmappable, match=reason) as refusal:
        blocking_files(package)
    line = (package / "resources/databases.py").read_text(encoding="utf-8").splitlines().index(f"    {method.splitlines()[-1].strip()}") + 1
    place = str(refusal.value).partition(": ")[0]
    assert place in {f"{package / 'resources/databases.py'}:{number}" for number in (line - 1, line)}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("limit: int = LIMIT", "bridge: int = LIMIT", "argument named bridge"),
        ("async def aclose", "async def finish", "lacks aclose"),
        ("    @property", "    @made_on_first_use", "base_url is made on first use but not a resource"),
        ("timeout: float | None = None", "client: float | None = None", "argument named client"),
        ("async def __aenter__", "def __len__(self) -> int: ...\n\n    async def __aenter__", "__len__"),
        ("def base_url(self) -> str:", 'def base_url(self) -> "AsyncDatabases":', "property"),
    ],
)
def test_it_refuses_a_client_that_it_cannot_map(package: Path, old: str, new: str, reason: str) -> None:
    write_databases(package, "")
    path = package / "client.py"
    assert old in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(Unmappable, match=reason):
        blocking_files(package)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("    @made_on_first_use", "    @property", "is not made on first use by AsyncAstraDevOps"),
        ("_caller: object", "caller: object", r"_client_resources\.py:\d+: .* public attribute"),
        ("    @made_on_first_use", "    def __len__(self) -> int: ...\n\n    @made_on_first_use", r"_client_resources\.py:\d+: __len__"),
    ],
)
def test_it_refuses_what_the_client_inherits_and_it_cannot_map(package: Path, old: str, new: str, reason: str) -> None:
    write_databases(package, "")
    path = package / "_client_resources.py"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(Unmappable, match=reason):
        blocking_files(package)


@pytest.mark.parametrize(
    ("name", "reason"), [("Pager", "import Pager twice"), ("Bridge", "import Bridge twice"), ("Databases", "Databases is the name")]
)
def test_it_refuses_a_name_that_it_needs_itself(package: Path, name: str, reason: str) -> None:
    write_databases(package, f"def list(self, kind: {name}) -> AsyncPager[str]: ...")
    path = package / "resources/databases.py"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{name} = int\n", encoding="utf-8")
    with pytest.raises(Unmappable, match=reason):
        blocking_files(package)


def test_it_refuses_a_resource_that_the_client_does_not_have(package: Path) -> None:
    write_databases(package, "")
    (package / "resources/regions.py").write_text('"""Regions."""\n\n\nclass AsyncRegions:\n    """Regions."""\n', encoding="utf-8")
    with pytest.raises(Unmappable, match=r"regions\.py:4: AsyncRegions is not made on first use"):
        blocking_files(package)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("async with AsyncAstraDevOps() as astra:", "with AstraDevOps() as astra:"),
        ("async for page in astra.databases.list().pages():", "for page in astra.databases.list().pages():"),
        ("x = await astra.databases.get(1)", "x = astra.databases.get(1)"),
        ("asyncio.run(main())", "main()"),
        ("``await client.aclose()``", "``client.close()``"),
        ("an AsyncThing of another library", "an AsyncThing of another library"),
        ("Do not await this.", "Do not await this."),
    ],
)
def test_examples_take_the_blocking_form(text: str, expected: str) -> None:
    assert blocking_text(text, {"AsyncAstraDevOps": "AstraDevOps"}) == expected


@pytest.mark.parametrize(
    "text", ["plain", 'ends with a "quote"', "back\\slash", "ends with \\", 'has """ and \\', "two\n\nparagraphs", "'''"]
)
def test_docstrings_read_back_as_they_were(text: str) -> None:
    body = ast.parse(f"def f():\n{quoted(text, '    ')}").body[0]
    assert isinstance(body, ast.FunctionDef)
    assert (ast.get_docstring(body) or "").strip() == text
