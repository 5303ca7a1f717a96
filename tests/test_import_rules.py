"""Who may import whom.

Read from the syntax trees of the checkout, so that imports for types and inside functions count
too.
"""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.layers import LAYERS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "astra_devops"

# Libraries with one door, and the files or directories that it opens to. The longest name that fits
# an import decides.
DOORS: dict[str, set[str]] = {
    # The recorder is a client of the service too, and must not be ours: it would then record what
    # our client makes of an answer.
    "aiohttp": {
        "_runtime/http/transport.py",
        "_runtime/http/sessions.py",
        "_runtime/http/connection_errors.py",
        "emulator/recording/recorder.py",
    },
    "aiohttp.web": {"emulator"},
    "aiohttp.http_exceptions": {"emulator"},
    "backoff": {"_runtime/retry.py"},
    "cloudpickle": {"fleet/cluster"},
    "distributed": {"fleet/cluster"},
    "jsonschema_rs": {"emulator"},
    "opentelemetry": {"_opentelemetry"},
    "orjson": {"_json_bytes/codec.py"},
    "rich": {"_runtime/progress/live.py", "fleet/progress/bars.py"},
    "sqlite3": {"fleet/journal"},
}

# Libraries that another one brings along and hands out in its interface, or that are imported by
# another name.
IMPLIED = {"multidict": "aiohttp", "yarl": "aiohttp", "yaml": "pyyaml", "opentelemetry": "opentelemetry_api", "cloudpickle": "distributed"}
# Imported only when the library itself is running, so it is installed then.
CALLERS = {"IPython", "pydantic_core"}

# Hand-written folders and files: modules in one, lines in the other.
LARGEST_FOLDER = 24
LONGEST_FILE = 400

# What `import astra_devops` must not cost.
HEAVY = {"aiohttp", "anyio", "asyncio", "attr", "attrs", "backoff", "cattrs", "jsonschema_rs", "opentelemetry", "orjson", "rich", "sqlite3"}


def covers(name: str, target: str) -> bool:
    """Return whether ``target`` is ``name`` or lies below it."""
    return f"{target}.".startswith(f"{name}.")


def modules() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = set(modules())


def unit_of(module: str) -> str:
    """Return the row of the table that decides about a module; empty if there is none."""
    return max((name for name in LAYERS if covers(name, module)), key=len, default="")


class Import(NamedTuple):
    """One import: the file that imports, below the package, and the dotted name that it imports."""

    file: str
    line: int
    target: str

    @property
    def module(self) -> str:
        """The module below the package that imports; ``__init__`` for the package itself."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def imported(self) -> str:
        """The module below the package that is imported.

        ``from astra_devops import AstraDevOps`` imports ``__init__``.
        """
        name = self.target.removeprefix("astra_devops").removeprefix(".")
        if name and name in MODULES:
            return name
        return name.rpartition(".")[0] if name.rpartition(".")[0] in MODULES else "__init__"

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"


def targets(node: ast.AST, file: str) -> Iterator[str]:
    """Yield the dotted names that an import statement asks for, relative ones made absolute."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = ["astra_devops", *file.split("/")][: -node.level] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)


def read_imports() -> list[Import]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"), file)
        found += [Import(file, node.lineno, name) for node in ast.walk(tree) for name in targets(node, file)]
    return found


IMPORTS = read_imports()
OWN = [entry for entry in IMPORTS if covers("astra_devops", entry.target)]
FOREIGN = [entry for entry in IMPORTS if not covers("astra_devops", entry.target)]


def is_allowed(entry: Import) -> bool:
    unit, imported = unit_of(entry.module), entry.imported
    return unit_of(imported) == unit or any(covers(name, imported) and name != "__init__" for name in LAYERS[unit])


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """List the circles in a graph, each as the modules that it leads through."""
    found: list[list[str]] = []
    done: set[str] = set()

    def follow(node: str, path: list[str]) -> None:
        if node in path:
            found.append([*path[path.index(node) :], node])
        elif node not in done:
            for other in sorted(graph.get(node, ())):
                follow(other, [*path, node])
            done.add(node)

    for node in sorted(graph):
        follow(node, [])
    return found


def goes_through_its_door(entry: Import) -> bool:
    doors = [name for name in DOORS if covers(name, entry.target)]
    return not doors or any(covers(place.replace("/", "."), entry.file.replace("/", ".")) for place in DOORS[max(doors, key=len)])


def test_every_module_has_a_row() -> None:
    assert sorted(module for module in MODULES if not unit_of(module)) == []


def test_a_row_names_only_layers_below_it() -> None:
    rows = list(LAYERS)
    wrong = [
        f"{unit} names {name}" for at, unit in enumerate(rows) for name in LAYERS[unit] if name != unit and unit_of(name) not in rows[:at]
    ]
    assert wrong == []


def test_units_import_only_what_their_row_names() -> None:
    assert [str(entry) for entry in OWN if not is_allowed(entry)] == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph: dict[str, set[str]] = {}
    for entry in OWN:
        if entry.imported != entry.module:
            graph.setdefault(entry.module, set()).add(entry.imported)
    assert circles(graph) == []


def test_no_folder_has_more_modules_than_a_reader_can_hold() -> None:
    generated = {"blocking", "_rest/endpoints", "_rest/models"}
    # One module per noun.
    one_per_noun = {"resources", "emulator/resources"}
    folders = [path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    counted = {folder: folders.count(folder) for folder in set(folders) - generated - one_per_noun}
    assert {folder: count for folder, count in counted.items() if count > LARGEST_FOLDER} == {}


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    generated = {PACKAGE / "blocking", PACKAGE / "models", PACKAGE / "_rest", ROOT / "tests/codegen/golden"}
    written = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "examples").glob("*.py"), ROOT / "noxfile.py"]
    by_hand = [path for path in written if generated.isdisjoint(path.parents)]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in by_hand}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_libraries_with_one_door_are_imported_there_only() -> None:
    assert [str(entry) for entry in FOREIGN if not goes_through_its_door(entry)] == []


@pytest.mark.parametrize("file", ["pytest_plugin.py", "emulator/clients.py", "emulator/app.py"])
def test_the_client_and_the_emulator_meet_only_inside_functions(file: str) -> None:
    body = ast.parse((PACKAGE / file).read_text(encoding="utf-8")).body
    imported = [Import(file, node.lineno, name) for node in body for name in targets(node, file)]
    if file == "pytest_plugin.py":
        assert [entry for entry in imported if covers("astra_devops", entry.target)] == []
    assert [entry for entry in imported if covers("astra_devops", entry.target) and not covers("emulator", entry.imported)] == []


def test_only_one_module_of_the_emulator_imports_the_client_when_it_runs() -> None:
    met = {"astra_devops.blocking", "astra_devops.client", "astra_devops._runtime"}
    found = [
        (path.name, name)
        for path in (PACKAGE / "emulator").rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        for name in targets(node, path.name)
        if any(covers(module, name) for module in met)
    ]
    assert {name for name, _ in found} == {"clients.py"}


def test_shipped_code_imports_only_declared_libraries() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    declared = {requirement.partition(">")[0].replace("-", "_") for requirement in requirements}
    assert set(IMPLIED.values()) <= declared
    known = declared | IMPLIED.keys() | CALLERS | sys.stdlib_module_names
    shipped = [entry for entry in FOREIGN if unit_of(entry.module).partition(".")[0] not in ("_codegen", "_pytest", "pytest_plugin")]
    assert [str(entry) for entry in shipped if entry.target.partition(".")[0] not in known] == []


def loaded_by(program: str) -> set[str]:
    """Run a program in an interpreter of its own, and name the modules that it has loaded."""
    code = f"import sys\n{program}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_the_package_imports_no_library() -> None:
    loaded = loaded_by("import astra_devops; astra_devops.__version__")
    assert "astra_devops" in loaded
    assert HEAVY.isdisjoint(loaded)


def test_importing_the_emulator_imports_nothing_of_the_client() -> None:
    ours = {name.split(".")[1] for name in loaded_by("import astra_devops.emulator") if name.startswith("astra_devops.")}
    assert ours <= {"emulator", "_contract", "_json_bytes"}
