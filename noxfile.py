"""Chores of this project: ``nox`` runs all checks and tests, ``nox --list`` shows every session."""

import hashlib
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import nox

_ROOT: Final = Path(__file__).parent
_DIST: Final = _ROOT / "dist"
_PROJECT: Final = nox.project.load_toml(_ROOT / "pyproject.toml")
_PYTHONS: Final = nox.project.python_versions(_PROJECT)

# Tests must import the installed wheel, never the checkout that contains them: the first variable
# keeps the current directory off the path of every interpreter that they start, the second makes
# tests/unit/test_package.py check it.
_AGAINST_WHEEL: Final = {"PYTHONSAFEPATH": "1", "ASTRA_DEVOPS_TEST_INSTALLED": "1"}
_PYODIDE: Final = "314.0.7"
_PYTHON_OF_PYODIDE: Final = "3.14"
_QUIET_PYRIGHT: Final = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}

# The generators, of code and of the site, are in no wheel, the words of a file are the same in all,
# and so are the files for releases.
_TESTS_OF_CHECKOUT: Final = [
    "tests/client/test_docstrings.py",
    "tests/codegen",
    "tests/contract/test_deviations.py",
    "tests/contract/test_spec.py",
    "tests/test_language.py",
    "tests/test_release.py",
    "tests/test_site.py",
]
_TESTS_WITH_ORJSON: Final = ["tests/unit/test_json_against_orjson.py", "tests/test_benchmarks.py"]
_TESTS_OF_WHEEL: Final = [f"--ignore={path}" for path in _TESTS_OF_CHECKOUT]

# The sessions start hundreds of interpreters. Without bytecode on disk, which some environments
# forbid, each of them would compile all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = "EXPECT_EVERY_PYTHON" in os.environ
nox.options.reuse_venv = "yes"
nox.options.stop_on_first_error = True


def groups(*names: str) -> list[str]:
    """Return the requirements of dependency groups of pyproject.toml."""
    return list(nox.project.dependency_groups(_PROJECT, *names))


def install_requirements(session: nox.Session, *names: str) -> None:
    """Install what the package needs but not the package, for sessions that read the checkout."""
    project = _PROJECT["project"]
    extras = project["optional-dependencies"]
    session.install(*project["dependencies"], *extras["emulator"], *extras["progress"], *extras["speed"], *groups(*names))


def install_wheel(session: nox.Session, *names: str, extras: str = "emulator,progress,speed") -> None:
    """Install the wheel that the session ``build`` has just made, with its extras.

    It replaces an earlier one of the same version, whose content may differ.
    """
    (wheel,) = _DIST.glob("*.whl")
    session.install("--reinstall-package", "astra-devops", f"astra-devops[{extras}] @ {wheel.as_uri()}", *groups(*names))


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the sdist and the wheel in a folder."""
    files = [*folder.glob("*.tar.gz"), *folder.glob("*.whl")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def _version() -> str:
    """Return the version of the checkout."""
    source = (_ROOT / "astra_devops/_version.py").read_text(encoding="utf-8")
    return str(re.findall(r'VERSION: Final = "(.+)"', source)[0])


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format, also of generated code."""
    session.install(*groups("lint"))
    session.run("ruff", "check", "--quiet", "--output-format=concise", ".")
    session.run("ruff", "format", "--check", "--quiet", ".")


@nox.session
def workflows(session: nox.Session) -> None:
    """Check the workflows, forms and actions of .github for mistakes and for holes."""
    session.install(*groups("workflows"))
    folders = (".github/workflows", "examples/workflows")  # named one by one: zizmor ignores the second folder
    files = [str(path) for folder in folders for path in sorted((_ROOT / folder).glob("*.yml"))]
    session.run("zizmor", "--offline", "--quiet", "--persona=pedantic", *files, "actions", silent=True)
    session.run("check-jsonschema", "--builtin-schema=vendor.github-workflows", *files, silent=True)


@nox.session
def checkout(session: nox.Session) -> None:
    """Check that the generated code is up to date, and run the tests of the generators."""
    install_requirements(session, "typing")
    session.run("python", "-m", "astra_devops._codegen", "--check")
    session.run("python", "-m", "pytest", "-q", "-n", "auto", *_TESTS_OF_CHECKOUT, env={"PYTHONPATH": str(_ROOT)})


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site into build/site, and check its links, anchors and loads."""
    session.install(*groups("docs"))
    session.run("python", "-m", "astra_devops._codegen.site", env={"PYTHONPATH": str(_ROOT)}, silent=True)


@nox.session
def typing(session: nox.Session) -> None:
    """Check types with mypy and pyright, side by side."""
    install_requirements(session, "typing")

    def check(command: str) -> str:
        return str(session.run(command, silent=True, env=_QUIET_PYRIGHT))

    with ThreadPoolExecutor() as pool:
        print(*pool.map(check, ("mypy", "pyright")), sep="", end="", flush=True)


@nox.session
def build(session: nox.Session) -> None:
    """Build the sdist, and the wheel from it, twice: both times the same bytes."""
    session.install(*groups("build"))
    again = Path(session.create_tmp(), "again")
    for folder in (_DIST, again):
        shutil.rmtree(folder, ignore_errors=True)
        session.run("uv", "build", "--quiet", "--no-build-isolation", "--out-dir", str(folder), silent=True)
    if digests(_DIST) != digests(again):
        session.error(f"two builds of the same sources differ: {digests(_DIST)} and {digests(again)}")


@nox.session(requires=["build"])
def verify_types(session: nox.Session) -> None:
    """Check that every public symbol of the wheel has a known type."""
    install_wheel(session, "typing")
    # Run elsewhere, since the package in the checkout has the same name.
    session.chdir(session.create_tmp())
    session.run("pyright", "--verifytypes", "astra_devops", "--ignoreexternal", silent=True, env=_QUIET_PYRIGHT)


@nox.session(requires=["build"])
def peers(session: nox.Session) -> None:
    """Run other public Python clients, and the vendor's tests of its own, against the emulator."""
    install_wheel(session, "test", "peers")
    ignored = [f"--ignore=tests/peers/{kind}" for kind in ("cli", "go", "java", "node", "published", "terraform")]
    session.run("pytest", "-q", "-n", "2", "tests/peers", *ignored, *session.posargs, env=_AGAINST_WHEEL)


@nox.session(requires=["build"])
def fuzz(session: nox.Session) -> None:
    """Send the emulator generated requests, and check its answers against the contract.

    The requests are the same in every run. ``ASTRA_DEVOPS_FUZZ_EXAMPLES=250
    ASTRA_DEVOPS_FUZZ_SEED=1 nox -s fuzz`` sends each operation 250 others instead of 20.
    """
    install_wheel(session, "test", "fuzz")
    session.run("pytest", "-q", "-n", "auto", "-p", "no:schemathesis", "tests/fuzzing", *session.posargs, env=_AGAINST_WHEEL)


# The newest first: where it is missing, the output still ends with the summary of a test run.
@nox.session(python=_PYTHONS[::-1], requires=["build"])
def tests(session: nox.Session) -> None:
    """Run the tests against the installed wheel; those of the generators run in ``checkout``."""
    install_wheel(session, "test", "codegen", "benchmarks")
    if session.posargs:
        session.run("pytest", *session.posargs, env=_AGAINST_WHEEL)
    else:
        # More than there are processors, since many tests wait for programs that they start.
        session.run("pytest", "-q", "-n", str(2 * (os.cpu_count() or 1)), *_TESTS_OF_WHEEL, env=_AGAINST_WHEEL)


@nox.session(default=False, python="3.11", requires=["build"])
def tests_lowest(session: nox.Session) -> None:
    """Run the tests with the lowest version of each dependency that pyproject.toml allows."""
    (wheel,) = _DIST.glob("*.whl")
    package = f"astra-devops[emulator,progress,speed,opentelemetry] @ {wheel.as_uri()}"
    session.install("--resolution=lowest-direct", "--reinstall-package", "astra-devops", package)
    session.install(*groups("test", "codegen"))
    # The oldest anyio imports a name of pytest that has become deprecated since.
    ignored = "ignore::pytest.PytestRemovedIn10Warning"
    session.run("pytest", "-q", "-n", "auto", "-W", ignored, "tests/unit", "tests/client", "tests/blocking", env=_AGAINST_WHEEL)


@nox.session(default=False, requires=["build"])
def tests_without_orjson(session: nox.Session) -> None:
    """Run the tests where orjson is not installed, but for those that need it to compare."""
    install_wheel(session, "test", "codegen", extras="emulator,progress")
    session.run("python", "-c", "import orjson", success_codes=[1], silent=True)
    ignored = [f"--ignore={path}" for path in _TESTS_WITH_ORJSON]
    session.run("pytest", "-q", "-n", "auto", *_TESTS_OF_WHEEL, *ignored, *session.posargs, env=_AGAINST_WHEEL)


@nox.session(default=False, requires=["build"])
def soak(session: nox.Session) -> None:
    """Use the client for hours of a scaled clock, under faults, and watch memory and descriptors.

    ``ASTRA_DEVOPS_SOAK_SECONDS=600 nox -s soak`` takes ten minutes instead of ten seconds.
    """
    install_wheel(session, "test")
    session.run("pytest", "-q", "-s", "--show-capture=no", "tests/soak", *session.posargs, env=_AGAINST_WHEEL)


# Not run by default, since its answer changes without any change here.
@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Look for known vulnerabilities of the dependencies. Fails where none can be looked up."""
    install_requirements(session)
    session.install("pip-audit>=2.9")
    session.run("pip-audit", "--local", "--strict", "--progress-spinner=off", *session.posargs)


# Not run by default, since it needs the npm registry.
@nox.session(default=False, requires=["build"])
def peers_node(session: nox.Session) -> None:
    """Run the vendor's TypeScript client against the emulator."""
    install_wheel(session, "test", "peers-node")
    session.run("pytest", "-q", "tests/peers/node", *session.posargs, env=_AGAINST_WHEEL)


# Not run by default, since the program is in no registry.
@nox.session(default=False, requires=["build"])
def peers_cli(session: nox.Session) -> None:
    """Run the vendor's command line against the emulator.

    ``ASTRA_CLI_PEER`` must be the program of astra-cli, or a script that starts it.
    """
    if "ASTRA_CLI_PEER" not in os.environ:
        session.error("ASTRA_CLI_PEER must be the program of astra-cli, or a script that starts it")
    install_wheel(session, "test")
    session.run("pytest", "-q", "tests/peers/cli", *session.posargs, env=_AGAINST_WHEEL)


# Not run by default, since it needs a JDK, Maven and Maven Central.
@nox.session(default=False, requires=["build"])
def peers_java(session: nox.Session) -> None:
    """Run the vendor's Java client against the emulator."""
    install_wheel(session, "test")
    session.run("pytest", "-q", "tests/peers/java", *session.posargs, env=_AGAINST_WHEEL)


# Not run by default, since it needs Go, and a module proxy that serves the client.
@nox.session(default=False, requires=["build"])
def peers_go(session: nox.Session) -> None:
    """Run the vendor's Go client against the emulator.

    Where the module proxy does not have the client, ``ASTRA_GO_PEER`` must be
    ``tests/peers/go/main.go`` as a built program.
    """
    # In the world of the fuzz tests, each operation has something to act on.
    install_wheel(session, "test", "fuzz")
    session.run("pytest", "-q", "-p", "no:schemathesis", "tests/peers/go", *session.posargs, env=_AGAINST_WHEEL)


# Not run by default, since it needs Node and the npm registry.
@nox.session(default=False)
def pyodide(session: nox.Session) -> None:
    """Run the tests of pure functions under Pyodide, which is Python in WebAssembly."""
    place = Path(session.create_tmp())
    session.run("npm", "install", "--silent", "--prefix", str(place), f"pyodide@{_PYODIDE}", external=True)
    requirements = ("attrs", "cattrs", "backoff", "hypothesis", "pytest", "pytest-asyncio", "typing_extensions")
    session.install("pip")
    pure = ("--only-binary=:all:", "--python-version", _PYTHON_OF_PYODIDE, "--implementation", "py", "--abi", "none", "--platform", "any")
    session.run("python", "-m", "pip", "install", "-q", "--upgrade", "--target", str(place / "packages"), *pure, *requirements)
    plugins = ("-p", "pure_tests", "-p", "no:astra_devops", "-p", "no:anyio", "-p", "no:cacheprovider")
    paths = (str(_ROOT / "tests/pyodide/run.cjs"), str(_ROOT), str(place / "packages"))
    session.run("node", *paths, "-q", *plugins, "tests/unit", external=True, env={"NODE_PATH": str(place / "node_modules")})


# Not run by default, since the provider is in no registry that every machine reaches.
@nox.session(default=False, requires=["build"])
def peers_terraform(session: nox.Session) -> None:
    """Run the vendor's Terraform provider against the emulator.

    ``ASTRA_TERRAFORM_PROVIDER`` must be a directory with the provider's program.
    """
    install_wheel(session, "test")
    session.run("pytest", "-q", "tests/peers/terraform", *session.posargs, env=_AGAINST_WHEEL)


# Not run by default, since the file is the vendor's, and not a part of this project.
@nox.session(default=False)
def published(session: nox.Session) -> None:
    """Compare our client and emulator with the OpenAPI file that the vendor has published.

    ``ASTRA_PUBLISHED_FILE`` must be the path of the file.
    """
    install_requirements(session, "test", "codegen", "fuzz")
    arguments = ("-q", "-s", "-p", "no:schemathesis", "tests/peers/published", *session.posargs)
    session.run("python", "-m", "pytest", *arguments, env={"PYTHONPATH": str(_ROOT)})


@nox.session(default=False, requires=["build"])
def coverage(session: nox.Session) -> None:
    """Report the lines that no test reaches."""
    install_wheel(session, "test", "codegen", "benchmarks")
    # coverage starts pytest, because pytest imports plugins, and with them this package, before a
    # plugin could start to measure.
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-q", *_TESTS_OF_WHEEL, *session.posargs, env=_AGAINST_WHEEL)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session(default=False, requires=["build"])
def examples(session: nox.Session) -> None:
    """Run each example to its end on the embedded emulator."""
    install_wheel(session)
    for example in sorted((_ROOT / "examples").glob("*.py")):
        session.run("python", str(example), env={"ASTRA_DB_APPLICATION_TOKEN": None})


@nox.session(default=False)
def api(session: nox.Session) -> None:
    """Compare the public API with that of the last release, and run its typing tests on this one.

    Without a release there is nothing to compare with.
    """
    tags = str(session.run("git", "tag", "--list", "v*", "--sort=-v:refname", external=True, silent=True)).split()
    released = [tag for tag in tags if tag != f"v{_version()}"]
    if not released:
        session.skip("there is no release yet to compare with")
    install_requirements(session, "typing", "release")
    session.run("griffe", "check", "astra_devops", "--against", released[0])
    folder = Path(session.create_tmp(), released[0])
    folder.mkdir(exist_ok=True)
    session.run("git", "archive", f"--output={folder}/typing.tar", released[0], "tests/typing", external=True)
    shutil.unpack_archive(folder / "typing.tar", folder)
    session.run("mypy", str(folder / "tests/typing"), env={"MYPYPATH": str(_ROOT)})


@nox.session(default=False, requires=["build"])
def release(session: nox.Session) -> None:
    """Check version, changelog, tag and files of the release that HEAD is to be."""
    session.install(*groups("build"))
    session.run("python", ".ci/release.py", *session.posargs)


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Regenerate the generated code."""
    install_requirements(session, "codegen")
    session.run("python", "-m", "astra_devops._codegen", *session.posargs)


@nox.session(default=False, requires=["build"])
def benchmarks(session: nox.Session) -> None:
    """Measure this client beside others, and write docs/performance.md.

    With names of tables, ``--list`` or ``--quick`` it only prints.
    """
    install_wheel(session, "benchmarks")
    session.run("python", "tests/benchmarks/run.py", *(session.posargs or ("--page", "docs/performance.md")))
