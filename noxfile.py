"""The chores of this project: ``nox`` runs the gates and then the tests; ``nox --list`` shows the rest."""

import os
import shutil
from pathlib import Path

import nox

ROOT = Path(__file__).parent
DIST = ROOT / "dist"
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)

# Tests must find the installed wheel, never the checkout they lie in: the first keeps the current
# directory off the path of every interpreter they start, the second makes
# tests/unit/test_package.py insist.
AGAINST_WHEEL = {"PYTHONSAFEPATH": "1", "ASTRA_DEVOPS_TEST_INSTALLED": "1"}

# What no wheel has, the generators and their sources, is tested in the checkout.
OF_THE_CHECKOUT = ["tests/codegen", "tests/contract/test_spec.py"]
OF_THE_WHEEL = [f"--ignore={path}" for path in OF_THE_CHECKOUT]

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = "EXPECT_EVERY_PYTHON" in os.environ
nox.options.reuse_venv = "yes"
nox.options.stop_on_first_error = True


def group(*names: str) -> list[str]:
    """Return the requirements of dependency groups, which pip 23 cannot read itself."""
    return list(nox.project.dependency_groups(PROJECT, *names))


def install_requirements(session: nox.Session, *groups: str) -> None:
    """Install what the package needs, but not the package: for sessions that look at the checkout."""
    project = PROJECT["project"]
    session.install(*project["dependencies"], *project["optional-dependencies"]["emulator"], *group(*groups))


def install_wheel(session: nox.Session, *groups: str) -> None:
    """Install the wheel that the session ``build`` has just made."""
    (wheel,) = DIST.glob("*.whl")
    session.install(f"astra-devops[emulator] @ {wheel.as_uri()}", *group(*groups))
    # The number is the same as at the last run, the content need not be.
    session.install("--force-reinstall", "--no-deps", str(wheel))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format, of generated code too."""
    session.install(*group("lint"))
    session.run("ruff", "check", "--quiet", "--output-format=concise", ".")
    session.run("ruff", "format", "--check", "--quiet", ".")


@nox.session
def check_generated(session: nox.Session) -> None:
    """Check that the generated code is what the contract and the generators give, and that the generators do their work."""
    install_requirements(session, "typing")
    session.run("python", "-m", "astra_devops._codegen", "--check")
    session.run("python", "-m", "pytest", "-q", "-n", "auto", *OF_THE_CHECKOUT, env={"PYTHONPATH": str(ROOT)})


@nox.session
def typing(session: nox.Session) -> None:
    """Check types with mypy and pyright."""
    install_requirements(session, "typing")
    session.run("mypy")
    session.run("pyright", env={"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"})


@nox.session
def import_rules(session: nox.Session) -> None:
    """Check who imports whom."""
    session.install("-e", ".[emulator]", *group("test"))
    session.run("python", "-m", "pytest", "-q", "tests/test_import_rules.py")


@nox.session
def build(session: nox.Session) -> None:
    """Build the sdist, and from it the wheel."""
    shutil.rmtree(DIST, ignore_errors=True)
    session.install(*group("build"))
    session.run("hatchling", "build", "-t", "sdist", "-d", str(DIST), silent=True)
    (sdist,) = DIST.glob("*.tar.gz")
    session.run("pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(DIST), str(sdist), silent=True)


@nox.session(requires=["build"])
def verify_types(session: nox.Session) -> None:
    """Check that every public symbol of the wheel has a known type."""
    install_wheel(session, "typing")
    # From elsewhere, since the checkout's package has the same name.
    session.chdir(session.create_tmp())
    session.run("pyright", "--verifytypes", "astra_devops", "--ignoreexternal", silent=True, env={"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"})


@nox.session(requires=["build"])
def peers(session: nox.Session) -> None:
    """Run the vendor's own tests of its administration, and other public clients in Python, against the emulator of the wheel."""
    install_wheel(session, "test", "peers")
    session.run("pytest", "-q", "-n", "2", "tests/peers", "--ignore=tests/peers/node", *session.posargs, env=AGAINST_WHEEL)


@nox.session(requires=["build"])
def fuzz(session: nox.Session) -> None:
    """Hold the emulator of the wheel to the contract: the same requests in every run, or as many others as two variables say.

    ``ASTRA_DEVOPS_FUZZ_EXAMPLES=250 ASTRA_DEVOPS_FUZZ_SEED=1 nox -s fuzz`` sends each operation 250
    requests instead of 20.
    """
    install_wheel(session, "test", "fuzz")
    session.run("pytest", "-q", "-n", "auto", "-p", "no:schemathesis", "tests/fuzzing", *session.posargs, env=AGAINST_WHEEL)


# The newest first: where it is missing, the output still ends with a test run.
@nox.session(python=PYTHONS[::-1], requires=["build"])
def tests(session: nox.Session) -> None:
    """Run the tests against the installed wheel; those of the generators are in ``check_generated``."""
    install_wheel(session, "test", "codegen", "benchmarks")
    if session.posargs:
        session.run("pytest", *session.posargs, env=AGAINST_WHEEL)
    else:
        session.run("pytest", "-q", "-n", "auto", *OF_THE_WHEEL, env=AGAINST_WHEEL)


# Not by default, since it needs the registry of npm.
@nox.session(default=False, requires=["build"])
def peers_node(session: nox.Session) -> None:
    """Run the vendor's TypeScript client against the emulator of the wheel."""
    install_wheel(session, "test", "peers-node")
    session.run("pytest", "-q", "tests/peers/node", *session.posargs, env=AGAINST_WHEEL)


@nox.session(default=False, requires=["build"])
def coverage(session: nox.Session) -> None:
    """Report which lines no test reaches."""
    install_wheel(session, "test", "codegen", "benchmarks")
    # pytest imports plugins, and with them this package, before a plugin could start measuring: so
    # coverage starts pytest.
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-q", *OF_THE_WHEEL, *session.posargs, env=AGAINST_WHEEL)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session(default=False, requires=["build"])
def examples(session: nox.Session) -> None:
    """Run the examples, each to its end, on the embedded emulator."""
    install_wheel(session)
    for example in sorted((ROOT / "examples").glob("*.py")):
        session.run("python", str(example), env={"ASTRA_DB_APPLICATION_TOKEN": None})


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Write the generated code anew."""
    install_requirements(session, "codegen")
    session.run("python", "-m", "astra_devops._codegen", *session.posargs)


@nox.session(default=False, requires=["build"])
def benchmarks(session: nox.Session) -> None:
    """Measure this client beside others, interleaved in one run."""
    install_wheel(session, "benchmarks")
    session.run("python", "tests/benchmarks/run.py", *session.posargs)
