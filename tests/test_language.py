"""Plain English and American spelling, as far as a machine can hold them.

CONTRIBUTING.md says how we write. ``python tests/test_language.py PATH...`` lists what
is left in some files or folders.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GENERATED = ("astra_devops/_rest", "astra_devops/_contract", "astra_devops/blocking", "astra_devops/models", "tests/codegen/golden")
SUFFIXES = (".py", ".md", ".jinja", ".js", ".css", ".toml", ".yaml")

BRITISH = re.compile(
    r"organis|behaviour|colour|licence|favour|honour|neighbour|catalogue|recognis|normalis|serialis|initialis|minimis|optimis"
    r"|summaris|synchronis|authoris|customis|generalis|specialis|centre\b|centres\b|whilst|learnt|judgement"
    r"|(?<![._\w])cancell(?:ed|ing)(?![(\w])|\b(?:after|up|to|down)wards\b",
    re.IGNORECASE,
)
# Each with what to write instead.
WORDS = {
    r"shall": "must, will, or the plain verb",
    r"tells?|telling|told": "say, show, return, report, name",
    r"spell(?:s|ed)?": "write, format, name",
    r"doomed": "to be removed, bound to fail",
    r"behind": "after, through, below; name what it is",
    r"under way": "running, in progress",
    r"for ever": "forever, without end",
    r"without a word": "silently",
    r"as far as": "where",
    r"bad moment": "transient error",
    r"affair": "is decided by",
    r"anew": "again",
    r"whence|thereof|whereupon": "plain words",
    r"hark|nought|likeliest": "plain words",
    r"nobody|somebody": "name who: no caller, another client",
    r"whoever": "the caller, a client that",
}
FORBIDDEN = {re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])", re.IGNORECASE): instead for words, instead in WORDS.items()}
FIRST_WORDS = {"Give", "Tell", "Say", "Spell", "Let", "See", "Know", "Hold", "Hand", "Bring", "Found"}

# Only a file that matches is read line by line, or parsed: most files match neither, and that is
# ten times as fast.
SUSPECT = re.compile(rf"{BRITISH.pattern}|(?<![A-Za-z])(?:{'|'.join(WORDS)})(?![A-Za-z])", re.IGNORECASE)
SUSPECT_DOCSTRING = re.compile(rf'"""\s*(?:{"|".join(FIRST_WORDS)})\b')

# What quotes a public name, message or file of somebody else. A pattern, by the path of the file.
QUOTED: dict[str, str] = {"tests/test_language.py": r".*"}


def texts(*paths: Path) -> Iterator[Path]:
    """List the files that people have written, below some paths."""
    for path in paths:
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            name = file.relative_to(ROOT).as_posix()
            hidden = any(part.startswith(".") for part in Path(name).parts)
            if file.is_file() and file.suffix in SUFFIXES and not hidden and not name.startswith(GENERATED):
                yield file


def complaints(file: Path) -> Iterator[str]:
    """List what is wrong with the words of a file."""
    name = file.relative_to(ROOT).as_posix()
    quoted = re.compile(QUOTED.get(name, r"(?!)"))
    text = file.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1) if SUSPECT.search(text) else ():
        if quoted.search(line):
            continue
        if found := BRITISH.search(line):
            yield f"{name}:{number}: {found[0]!r} has a British spelling"
        for pattern, instead in FORBIDDEN.items():
            if found := pattern.search(line):
                yield f"{name}:{number}: {found[0]!r}: write {instead}"
    if file.suffix == ".py" and SUSPECT_DOCSTRING.search(text):
        yield from (f"{name}:{line}: the docstring begins with {word!r}" for line, word in first_words(text) if word in FIRST_WORDS)


def first_words(text: str) -> Iterator[tuple[int, str]]:
    """List the first words of the docstrings of functions, with their lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (doc := ast.get_docstring(node)):
            yield node.lineno, doc.split()[0].rstrip(".,:;")


def project_files() -> Iterable[Path]:
    folders = ("astra_devops", "tests", "examples", "docs")
    pages = (
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "SUPPORT.md",
        "CODE_OF_CONDUCT.md",
        "hatch_build.py",
        "noxfile.py",
        "pyproject.toml",
    )
    return texts(*(ROOT / name for name in (*folders, *pages) if (ROOT / name).exists()))


@pytest.mark.parametrize("file", list(project_files()), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_words_are_plain_and_american(file: Path) -> None:
    assert list(complaints(file)) == []


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or [ROOT]):
        for file in texts(path.resolve()):
            for complaint in complaints(file):
                print(complaint)
