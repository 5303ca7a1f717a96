"""Check that HEAD can be released: version, changelog, tag, address, recipe and files agree.

Prints what is wrong and exits with 1, or prints the notes of the release and the hashes of its
files.
"""

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
_HEADING: Final = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


def sections(changelog: str) -> dict[str, tuple[str | None, str]]:
    """Return date and text of each section of the changelog, in their order."""
    headings = list(_HEADING.finditer(changelog))
    ends = [heading.start() for heading in headings[1:]] + [len(changelog)]
    return {heading["name"]: (heading["date"], changelog[heading.end() : end].strip()) for heading, end in zip(headings, ends, strict=True)}


def version_problems(version: str, changelog: str, recipe: str) -> Iterator[str]:
    """List where the version and the texts that name it differ."""
    if not _VERSION.fullmatch(version):
        yield f"the version must be like 1.2.3 or 1.2.3rc1, not {version!r}: change astra_devops/_version.py"
    found = sections(changelog)
    date, text = found.get(version, (None, ""))
    if not text or date is None:
        yield f"CHANGELOG.md needs a section '## [{version}] - YYYY-MM-DD' with text"
    elif list(found)[:2] != ["Unreleased", version]:
        yield f"in CHANGELOG.md the section {version} must come right after Unreleased"
    if found.get("Unreleased", (None, ""))[1]:
        yield f"in CHANGELOG.md the lines under Unreleased must move to the section {version}"
    if f'version: "{version}"' not in recipe:
        yield f"conda/recipe.yaml must have the version {version}"


def repository_problems(version: str, tags: list[str], changes: str, origin: str, address: str) -> Iterator[str]:
    """List what is wrong with the state of the repository."""
    if changes:
        yield f"there are changes without a commit:\n{changes}"
    if f"v{version}" not in tags:
        yield f"HEAD must have the tag v{version}: git tag -s v{version} -m 'Release {version}'"
    if address_of(origin) != address_of(address):
        yield f"project.urls in pyproject.toml name {address}, but the remote 'origin' is {origin or 'not set'}"


def address_of(remote: str) -> str:
    """Return host and path of a repository, the same for https and ssh, without credentials."""
    return re.sub(r"^(?:\w+://)?(?:[^@/]*@)?", "", remote).replace(":", "/").removesuffix("/").removesuffix(".git").lower()


def file_problems(version: str, folder: Path) -> Iterator[str]:
    """List what is missing in the built files."""
    wheels, sdists = list(folder.glob("*.whl")), list(folder.glob("*.tar.gz"))
    if [path.name for path in (*wheels, *sdists)] != [f"astra_devops-{version}-py3-none-any.whl", f"astra_devops-{version}.tar.gz"]:
        yield f"dist/ must have one wheel and one sdist of {version}: nox -s build"
        return
    names = zipfile.ZipFile(wheels[0]).namelist()
    for needed in ("sboms/astra-devops.cdx.json", "licenses/LICENSE"):
        if f"astra_devops-{version}.dist-info/{needed}" not in names:
            yield f"the wheel has no {needed}"


def git(*arguments: str) -> str:
    """Return what git prints; nothing where it fails."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def main() -> int:
    version = re.findall(r'VERSION: Final = "(.+)"', (ROOT / "astra_devops/_version.py").read_text(encoding="utf-8"))[0]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    recipe = (ROOT / "conda/recipe.yaml").read_text(encoding="utf-8")
    address = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Source"]
    origin = git("remote", "get-url", "origin")
    problems = [
        *version_problems(version, changelog, recipe),
        *repository_problems(version, git("tag", "--points-at", "HEAD").split(), git("status", "--porcelain"), origin, address),
        *file_problems(version, ROOT / "dist"),
    ]
    if problems:
        print(f"{version} cannot be released:", *problems, sep="\n- ", file=sys.stderr)
        return 1
    print(sections(changelog)[version][1], "\n")
    for path in sorted((ROOT / "dist").glob("astra_devops-*")):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
