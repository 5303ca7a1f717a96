"""Who may import whom. Read from the syntax trees of the checkout, so that imports for types and inside functions count too."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "astra_devops"

# A unit is a module or package directly below astra_devops. It may import itself, and what its row names or what lies below that.
ALLOWED: dict[str, set[str]] = {
    "__init__": {"blocking", "client", "errors", "models", "operations", "_bridge", "_runtime"},
    "_bridge": {"errors", "operations", "_runtime"},
    "_codegen": set(),
    "_contract": set(),
    "_rest": {"_runtime.call", "_runtime.caller", "_runtime.secret"},
    "_runtime": {"errors"},
    "blocking": {"client", "errors", "keys", "models", "operations", "policies", "resources", "sinks", "_bridge", "_rest", "_runtime"},
    "client": {"errors", "operations", "resources", "_runtime"},
    "emulator": {"_contract"},
    "errors": {"_runtime.secret"},
    "fleet": {"client", "errors", "models", "operations", "resources", "_runtime"},
    "keys": {"_runtime"},
    "models": {"_rest.models"},
    "operations": {"errors", "_rest", "_runtime"},
    "policies": {"_rest.models"},
    "pytest_plugin": {"blocking", "client", "emulator", "_runtime.retry"},
    "resources": {"errors", "keys", "models", "operations", "policies", "sinks", "_rest", "_runtime"},
    "scim": set(),
    "sinks": {"_rest.models", "_runtime.secret"},
}

# Libraries with one door, and the files or directories that it opens to. The longest name that fits an import decides.
DOORS: dict[str, set[str]] = {
    # The recorder is a client of the service too, and must not be ours: it would then record what our client makes of an answer.
    "aiohttp": {"_runtime/transport.py", "emulator/recorder.py"},
    "aiohttp.web": {"emulator"},
    "backoff": {"_runtime/retry.py"},
    "jsonschema_rs": {"emulator"},
}

# Libraries that another one brings along and hands out in its interface, or that are imported by another name.
IMPLIED = {"yarl": "aiohttp", "yaml": "pyyaml"}

# What `import astra_devops` must not cost.
HEAVY = {"aiohttp", "anyio", "asyncio", "attr", "attrs", "backoff", "cattrs", "jsonschema_rs", "orjson"}


class Import(NamedTuple):
    """One import: where it stands (a path below the package), and the dotted name that it asks for."""

    file: str
    line: int
    target: str

    @property
    def unit(self) -> str:
        return self.file.partition("/")[0].removesuffix(".py")

    @property
    def asked_unit(self) -> str:
        """Name the unit that is imported. ``from astra_devops import AstraDevOps`` asks for ``__init__``."""
        name = self.target.split(".")[1] if "." in self.target else "__init__"
        return name if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file() else "__init__"

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"


def covers(name: str, target: str) -> bool:
    """Tell whether ``target`` is ``name`` or lies below it."""
    return f"{target}.".startswith(f"{name}.")


def targets(node: ast.AST, file: str) -> Iterator[str]:
    """Give the dotted names that an import statement asks for, relative ones made absolute."""
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
    if entry.asked_unit == entry.unit:
        return True
    asked = entry.target.removeprefix("astra_devops").removeprefix(".")
    return entry.asked_unit != "__init__" and any(covers(name, asked) for name in ALLOWED[entry.unit])


def goes_through_its_door(entry: Import) -> bool:
    doors = [name for name in DOORS if covers(name, entry.target)]
    return not doors or any(covers(place.replace("/", "."), entry.file.replace("/", ".")) for place in DOORS[max(doors, key=len)])


def test_every_unit_has_a_row() -> None:
    units = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}
    assert units <= ALLOWED.keys()


def test_units_import_only_what_their_row_names() -> None:
    assert [str(entry) for entry in OWN if not is_allowed(entry)] == []


def test_libraries_with_one_door_are_imported_there_only() -> None:
    assert [str(entry) for entry in FOREIGN if not goes_through_its_door(entry)] == []


def test_the_client_and_the_emulator_meet_only_inside_fixtures() -> None:
    plugin = PACKAGE / "pytest_plugin.py"
    body = ast.parse(plugin.read_text(encoding="utf-8")).body
    assert [name for node in body for name in targets(node, plugin.name) if covers("astra_devops", name)] == []


def test_shipped_code_imports_only_declared_libraries() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["emulator"]]
    declared = {requirement.partition(">")[0].replace("-", "_") for requirement in requirements}
    assert set(IMPLIED.values()) <= declared
    known = declared | IMPLIED.keys() | sys.stdlib_module_names
    shipped = [entry for entry in FOREIGN if entry.unit not in ("_codegen", "pytest_plugin")]
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
    assert ours <= {"emulator", "_contract"}
