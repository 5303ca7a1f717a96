"""The command ``python -m astra_devops._codegen``, which writes or checks all generated files."""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from astra_devops._codegen.blocking.pipeline import blocking_files
from astra_devops._codegen.blocking.source import Unmappable
from astra_devops._codegen.diff.operations import compare
from astra_devops._codegen.diff.output import as_json, as_text
from astra_devops._codegen.errors import SpecError, one_line
from astra_devops._codegen.format import FormatError, format_files
from astra_devops._codegen.pages.emulator_guide import with_tables
from astra_devops._codegen.pages.operations_table import with_table
from astra_devops._codegen.public_models import models_files
from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.pipeline import generate, understand
from astra_devops._codegen.write import ForeignDirectoryError, differences, write

PACKAGE: Final = Path(__file__).resolve().parent.parent
_PAGES: Final[dict[Path, Callable[[str, Path], str]]] = {
    PACKAGE.parent / "docs/operations.md": with_table,
    PACKAGE.parent / "docs/emulator.md": with_tables,
}
"""The pages with generated parts, and the functions that update them."""
_COMMAND: Final = "python -m astra_devops._codegen"
Files = dict[str, dict[str, str]]
"""The text of files by directory and by path within the directory."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        The exit code: 0 if all is written or fresh, or no change breaks callers; 1 if the check
        found something that is not fresh, or a change breaks callers; 2 if the input or a directory
        cannot be used.
    """
    arguments = _parser().parse_args(argv)
    if arguments.diff:
        return _diff(arguments)
    if arguments.json:
        _parser().error("--json needs --diff")
    if arguments.spec is None and (arguments.overlay or arguments.out):
        _parser().error("--overlay and --out need --spec")
    if arguments.spec is not None and arguments.out is None:
        _parser().error("--spec needs --out: the project's own directories are generated from the project's own contract")
    target = arguments.out or PACKAGE
    pages = _PAGES if arguments.spec is None else {}
    try:
        if arguments.check:
            return _check(target, _parts(arguments.spec, arguments.overlay), pages, argv)
        for files in _parts(arguments.spec, arguments.overlay):
            for directory, content in files.items():
                write(target / directory, content)
        for page, update in pages.items():
            page.write_text(update(page.read_text(encoding="utf-8"), PACKAGE), encoding="utf-8")
        return 0
    except (SpecError, Unmappable, FormatError, ForeignDirectoryError, OSError) as error:
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_COMMAND,
        description="Generate _rest/, _contract/, blocking/ and models/ of the package, and the tables in docs/.",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; list the files that are not fresh, and exit with 1 if there are any"
    )
    parser.add_argument("--spec", type=Path, metavar="FILE", help="read another document of OpenAPI 3.0 or 3.1, YAML or JSON")
    parser.add_argument("--overlay", type=Path, metavar="FILE", help="apply this OpenAPI Overlay 1.0 document to it")
    parser.add_argument(
        "--diff",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="write nothing; print what changed from the first document to the second, or to the project's own contract, and exit with 1 "
        "if it breaks callers",
    )
    parser.add_argument("--json", action="store_true", help="print the changes as JSON")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write _rest/ and _contract/ of that document into this directory")
    return parser


def _diff(arguments: argparse.Namespace) -> int:
    if len(arguments.diff) > 2:
        _parser().error("--diff takes an old document and a new one, not more")
    if arguments.check or arguments.spec or arguments.overlay or arguments.out:
        _parser().error("--diff goes with --json only")
    old, new = arguments.diff[0], (arguments.diff[1:] or [PACKAGE / "_contract/effective.json"])[0]
    try:
        models = [understand(load(path), None, lambda *_: None)[1] for path in (old, new)]
    except (SpecError, OSError) as error:
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        return 2
    changes = compare(*models)
    print((as_json if arguments.json else as_text)(changes), end="")
    return 1 if changes.breaking else 0


def _parts(spec: Path | None, overlay: Path | None) -> Iterator[Files]:
    """Generate the files part by part; each part may read what the parts before it wrote."""
    if spec is not None:
        files = generate(load(spec), load(overlay) if overlay else None, _warn, package=None, source="another document")
        yield _by_directory(files)
        return
    contract, own_overlay = load(PACKAGE / "_spec/openapi.yaml"), load(PACKAGE / "_spec/overlay.yaml")
    source = "_spec/openapi.yaml and _spec/overlay.yaml"
    yield _by_directory(generate(contract, own_overlay, _warn, package="astra_devops._rest", source=source))
    yield _by_directory(blocking_files(PACKAGE))
    yield _by_directory(models_files(PACKAGE))


def _by_directory(files: dict[str, str]) -> Files:
    result: Files = {}
    for path, text in format_files(files).items():
        directory, _, name = path.partition("/")
        result.setdefault(directory, {})[name] = text
    return result


def _check(target: Path, parts: Iterator[Files], pages: dict[Path, Callable[[str, Path], str]], argv: Sequence[str] | None) -> int:
    lines = [line for files in parts for directory, content in files.items() for line in differences(target / directory, content)]
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    lines += [f"changed: {page} (its generated part)" for page, text in texts.items() if pages[page](text, PACKAGE) != text]
    if not lines:
        return 0
    words = [word for word in (argv if argv is not None else sys.argv[1:]) if word != "--check"]
    print(*lines, f"to update them, run: {shlex.join([*_COMMAND.split(), *words])}", sep="\n")
    return 1


def _warn(pointer: str, wrong: str, done: str) -> None:
    print(one_line(f"warning: {pointer or '/'}: {wrong}; {done}"), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
