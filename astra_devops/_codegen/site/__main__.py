"""The command ``python -m astra_devops._codegen.site``, which builds the site and checks it."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from astra_devops._codegen.site.links import problems
from astra_devops._codegen.site.llms import llms_files
from astra_devops._codegen.site.pages import with_sources, with_tabs, without_outside_links
from astra_devops._codegen.site.reference import reference_pages

PACKAGE: Final = Path(__file__).resolve().parents[2]
ROOT: Final = PACKAGE.parent
SOURCES: Final = ROOT / "build/docs"
SITE: Final = ROOT / "build/site"


def site_pages() -> dict[str, str]:
    """Return all pages of the site, as Markdown, by their paths."""
    pages: dict[str, str] = {}
    for file in sorted((ROOT / "docs").rglob("*.md")):
        name = file.relative_to(ROOT / "docs").as_posix()
        page = with_tabs(file.read_text(encoding="utf-8"))
        pages[name] = without_outside_links(with_sources(page, ROOT) if name == "examples.md" else page, name.count("/"))
    return pages | {f"reference/{name}": text for name, text in reference_pages(PACKAGE).items()}


def main() -> int:
    """Write the sources of the site, let Zensical build it, and check its links.

    Returns:
        The exit code: 0 if the site is built and whole, 1 if something is broken.
    """
    for directory in (SOURCES, SITE):
        shutil.rmtree(directory, ignore_errors=True)
    pages = site_pages()
    _write(SOURCES, pages)
    for folder in ("drawings", "scripts", "stylesheets"):
        shutil.copytree(ROOT / "docs" / folder, SOURCES / folder)
    done = subprocess.run([sys.executable, "-m", "zensical", "build", "--clean", "--strict", "-f", str(ROOT / "zensical.toml")], cwd=ROOT)
    found = list(problems(SITE)) if SITE.is_dir() else ["nothing was built"]
    _write(SITE, pages | llms_files(pages))
    print(*found, sep="\n", file=sys.stderr)
    return 1 if done.returncode or found else 0


def _write(directory: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
