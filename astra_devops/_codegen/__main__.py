"""``python -m astra_devops._codegen``: write the generated directories, or check that they are fresh."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from astra_devops._codegen.blocking.pipeline import blocking_files
from astra_devops._codegen.blocking.source import Unmappable
from astra_devops._codegen.errors import SpecError, one_line
from astra_devops._codegen.format import FormatError, format_files
from astra_devops._codegen.pages.emulator_guide import with_tables
from astra_devops._codegen.pages.operations_table import with_table
from astra_devops._codegen.rest.load import load
from astra_devops._codegen.rest.pipeline import generate
from astra_devops._codegen.write import ForeignDirectoryError, differences, write

PACKAGE: Final = Path(__file__).resolve().parent.parent
PAGES: Final = {PACKAGE.parent / "README.md": with_table, PACKAGE.parent / "docs/emulator.md": with_tables}
"""Pages with a table of ours, and what puts it there."""
_COMMAND: Final = "python -m astra_devops._codegen"
Files = dict[str, dict[str, str]]
"""Text by path, by directory."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command. 0: done, or fresh; 1: something is not fresh; 2: a document or a directory was refused."""
    arguments = _parser().parse_args(argv)
    if arguments.spec is None and (arguments.overlay or arguments.out):
        _parser().error("--overlay and --out go with --spec")
    if arguments.spec is not None and arguments.out is None:
        _parser().error("--spec needs --out: the project's own directories come from the project's own contract")
    try:
        target = arguments.out or PACKAGE
        if arguments.check:
            parts = [_generated(arguments.spec, arguments.overlay), *_blocking(arguments.spec)]
            return _check(target, parts, argv, pages=arguments.spec is None)
        # One after the other: the blocking variant is made from source that imports what is
        # generated first.
        _write(target, _generated(arguments.spec, arguments.overlay))
        for files in _blocking(arguments.spec):
            _write(target, files)
        if arguments.spec is None:
            for page, with_its_table in PAGES.items():
                page.write_text(with_its_table(page.read_text(), PACKAGE))
        return 0
    except (SpecError, Unmappable, FormatError, ForeignDirectoryError, OSError) as error:
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_COMMAND, description="Generate _rest/, _contract/, blocking/ and the tables in the documentation."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; say what is not fresh, and exit with 1")
    parser.add_argument("--spec", type=Path, metavar="FILE", help="another OpenAPI 3.0 document, YAML or JSON")
    parser.add_argument("--overlay", type=Path, metavar="FILE", help="an OpenAPI Overlay 1.0 document for it")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where _rest/ and _contract/ of that document go")
    return parser


def _generated(spec: Path | None, overlay: Path | None) -> Files:
    if spec is not None:
        files = generate(load(spec), load(overlay) if overlay else None, _warn, package=None, source="another document")
    else:
        contract, overlaid = load(PACKAGE / "_spec/openapi.yaml"), load(PACKAGE / "_spec/overlay.yaml")
        source = "_spec/openapi.yaml and _spec/overlay.yaml"
        files = generate(contract, overlaid, _warn, package="astra_devops._rest", source=source)
    return _by_directory(format_files(files))


def _blocking(spec: Path | None) -> list[Files]:
    if spec is not None or not (PACKAGE / "client.py").exists():
        return []
    return [_by_directory(format_files(blocking_files(PACKAGE)))]


def _by_directory(files: dict[str, str]) -> Files:
    result: Files = {}
    for path, text in files.items():
        directory, _, name = path.partition("/")
        result.setdefault(directory, {})[name] = text
    return result


def _write(target: Path, files: Files) -> None:
    for directory, content in files.items():
        write(target / directory, content)


def _check(target: Path, parts: list[Files], argv: Sequence[str] | None, *, pages: bool) -> int:
    lines = [line for files in parts for directory, content in files.items() for line in differences(target / directory, content)]
    if pages:
        stale = [page for page, with_its_table in PAGES.items() if with_its_table(page.read_text(), PACKAGE) != page.read_text()]
        lines += [f"changed: {page} (its table)" for page in stale]
    if not lines:
        return 0
    words = [word for word in (argv if argv is not None else sys.argv[1:]) if word != "--check"]
    command = shlex.join([*_COMMAND.split(), *words])
    print(*lines, f"to mend this: {command}", sep="\n")
    return 1


def _warn(pointer: str, wrong: str, done: str) -> None:
    print(one_line(f"warning: {pointer or '/'}: {wrong}; {done}"), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
