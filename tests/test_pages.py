"""The pages for contributors name what exists: every file, and every path that a recipe gives."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "astra_devops"
ARCHITECTURE: Final = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
CONTRIBUTING: Final = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

# Folders whose files are described as a whole, since they have one file per noun, area or step.
AS_A_WHOLE: Final = (
    "emulator/contract",
    "emulator/control",
    "emulator/faults",
    "emulator/net",
    "emulator/page",
    "emulator/recording",
    "emulator/resources",
    "emulator/saving",
    "emulator/serving",
    "emulator/state",
    "emulator/time",
    "operations/conditions",
)
GENERATED: Final = ("_rest", "_contract", "blocking", "models")


def described_files() -> list[str]:
    """List the hand-written modules that the tables must name."""
    names = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    nouns = {name for name in names if re.fullmatch(r"resources/[a-z]\w*\.py", name)}
    return sorted(name for name in names if name not in nouns and not name.startswith((*AS_A_WHOLE, *GENERATED)))


def test_the_architecture_names_every_file() -> None:
    words = set(re.findall(r"[\w*./]+", ARCHITECTURE))
    patterns = [re.compile(re.escape(word).replace(r"\*", ".*")) for word in words if "*" in word and word.endswith(".py")]

    def is_named(name: str) -> bool:
        ends = ["/".join(name.split("/")[start:]) for start in range(name.count("/") + 1)]
        return any(end in words or any(pattern.fullmatch(end) for pattern in patterns) for end in ends)

    assert [name for name in described_files() if not is_named(name)] == []


def test_the_architecture_names_every_folder() -> None:
    folders = [name for name in AS_A_WHOLE if (PACKAGE / name).is_dir()]
    assert folders == list(AS_A_WHOLE)
    assert [name for name in folders if f"`{name.rpartition('/')[2]}/`" not in ARCHITECTURE] == []


def test_every_path_of_a_recipe_exists() -> None:
    paths = set(re.findall(r"`((?:astra_devops|tests|docs|_spec|_runtime|resources|emulator)/[\w./-]*\w)`", CONTRIBUTING + ARCHITECTURE))
    missing = [path for path in paths if not any((base / path).exists() for base in (ROOT, PACKAGE))]
    assert sorted(missing) == []
    assert len(paths) > 20
