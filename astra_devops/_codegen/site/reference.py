"""The reference: a page for each noun and module, from signatures and docstrings.

Both clients have the same calls, so a method has one entry, with its signature in two tabs.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from astra_devops._codegen.site.docstrings import as_markdown

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_WIDTH: Final = 88

_MODULES: Final = {
    "client": ("Clients", "The clients, their settings, and what they do with several operations.", ("client.py", "_client_operations.py")),
    "operations": (
        "Operations, pagers and waits",
        "What calls return that takes long, and lists that come page by page.",
        ("operations/handle.py", "operations/wait_loop.py", "_runtime/pages.py"),
    ),
    "settings": (
        "Retries, limits, deadlines and tokens",
        "What clients take as settings.",
        ("_runtime/retry.py", "_runtime/limits/values.py", "_runtime/deadline.py", "_runtime/auth/token_file.py", "_secret.py"),
    ),
    "events": ("Events for observers", "What `AstraDevOps(observer=...)` is called with.", ("_runtime/events.py",)),
    "errors": ("Errors", "Every exception of `astra_devops.errors`, and what they hold.", ("errors.py", "_error_values.py")),
    "fleet": (
        "Fleet runs",
        "The same work for many items: `client.fleet`, its runs, outcomes and reports.",
        ("fleet/fleet.py", "fleet/engine/run.py", "fleet/outcome.py", "fleet/report/report.py"),
    ),
    "desired": (
        "Declarations and plans",
        "What `client.plan` and `client.apply` take and return: `astra_devops.desired`. `load(path)` there reads a declaration.",
        ("desired/declaration.py", "desired/plan.py", "desired/apply.py"),
    ),
    "sinks": ("Telemetry sinks", "Systems that metrics and audit logs can be exported to: `astra_devops.sinks`.", ("sinks.py",)),
    "keys": ("Customer keys", "Your own keys for encrypting databases: `astra_devops.keys`.", ("keys.py",)),
    "policies": ("Policies", "Building blocks of roles, and what a policy allows: `astra_devops.policies`.", ("policies.py",)),
    "scim-values": ("SCIM values", "Filters for lists of SCIM users and groups: `astra_devops.scim`.", ("scim.py",)),
    "emulator": (
        "Emulator",
        "The service in memory: starting it, putting something into it, making it fail, moving its clock.",
        ("emulator/app.py", "emulator/seeding.py", "emulator/faults/faults.py", "emulator/time/virtual.py"),
    ),
}
_MODELS: Final = "What the service answers, and what it is sent: `astra_devops.models`."

# Functions of the other modules serve the package only.
_WITH_FUNCTIONS: Final = ("deadline.py", "policies.py", "scim.py", "token_file.py")


def reference_pages(package: Path) -> dict[str, str]:
    """Return the pages of the reference by their names."""
    pages = {f"{name}.md": _page(title, [package / file for file in files], intro) for name, (title, intro, files) in _MODULES.items()}
    for file in sorted((package / "resources").glob("[a-z]*.py")):
        title = f"astra.{file.stem}"
        pages[f"{file.stem}.md"] = _page(title, [file])
    pages["models.md"] = _page("Models", sorted((package / "_rest/models").glob("[a-z]*.py")), _MODELS)
    return pages | {"index.md": _index(pages)}


def _index(pages: dict[str, str]) -> str:
    titles = {name: page.partition("\n")[0].removeprefix("# ") for name, page in pages.items()}
    nouns = [f"- [{title}]({name})" for name, title in titles.items() if title.startswith("astra.")]
    others = [f"- [{title}]({name})" for name, title in titles.items() if not title.startswith("astra.")]
    return "\n".join(
        [
            "# Reference",
            "",
            "`astra` is a client: an `AsyncAstraDevOps` or an `AstraDevOps`. Both have the same nouns and calls. Where a signature says",
            "`AsyncOperation` or `AsyncPager`, the blocking client returns an `Operation` or a `Pager`.",
            "[Operations of the API](../operations.md) finds the call for an endpoint.",
            "",
            "## Nouns",
            "",
            *nouns,
            "",
            "## Everything else",
            "",
            *others,
            "",
        ]
    )


def _page(title: str, files: list[Path], intro: str = "") -> str:
    parts = [f"# {title}", "", *([intro, ""] if intro else [])]
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                parts += _class(node, [*_inherited(node, tree, file.parent)])
            elif isinstance(node, _Function) and _is_public(node) and file.name in _WITH_FUNCTIONS:
                parts += _function(node, "", "##")
    return "\n".join(parts)


def _inherited(node: ast.ClassDef, tree: ast.Module, folder: Path) -> Iterator[ast.ClassDef]:
    """List the base classes of a noun that have modules of their own, beside it."""
    bases = {ast.unparse(base) for base in node.bases}
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("astra_devops.resources._"):
            file = folder / f"{(statement.module or '').rpartition('.')[2]}.py"
            if bases & {alias.name for alias in statement.names} and file.is_file():
                classes = ast.parse(file.read_text(encoding="utf-8")).body
                yield from (item for item in classes if isinstance(item, ast.ClassDef) and item.name in bases)


def _class(node: ast.ClassDef, bases: list[ast.ClassDef]) -> Iterator[str]:
    yield from (f"## {node.name}", "")
    if doc := ast.get_docstring(node):
        yield from (as_markdown(doc), "")
    if fields := list(_fields(node)):
        yield from ("```python", *fields, "```", "")
    for method in node.body:
        if isinstance(method, _Function) and (_is_public(method) or (method.name == "__init__" and ast.get_docstring(method))):
            yield from _function(method, node.name, "###")
    for base in bases:
        for method in base.body:
            if isinstance(method, _Function) and _is_public(method):
                yield from _function(method, node.name, "###")


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and not item.target.id.startswith("_"):
            yield f"{item.target.id}: {_unquoted(ast.unparse(item.annotation))}"
        elif isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant) and isinstance(item.targets[0], ast.Name):
            yield f"{item.targets[0].id} = {item.value.value!r}"


def _function(node: _Function, owner: str, level: str) -> Iterator[str]:
    doc = ast.get_docstring(node)
    kinds = {ast.unparse(decorator) for decorator in node.decorator_list}
    if doc is None or "overload" in kinds or any(kind.endswith(".setter") for kind in kinds):
        return
    name = owner if node.name == "__init__" else node.name
    yield from (f"{level} {name}", "")
    if any("property" in kind or kind.endswith("first_use") for kind in kinds):
        returns = _unquoted(ast.unparse(node.returns)) if node.returns else "object"
        yield from ("```python", f"{node.name}: {returns}", "```", "")
    elif isinstance(node, ast.AsyncFunctionDef) and owner.startswith("Async"):
        for title, prefix in (("Async", "await "), ("Blocking", "")):
            signature = _signature(node, prefix, name)
            if not prefix:
                signature = re.sub(r"\bAsync(?=[A-Z])", "", signature)
            yield from (f'=== "{title}"', "", "    ```python", *(f"    {line}" for line in signature.splitlines()), "    ```", "")
    else:
        yield from ("```python", _signature(node, "await " if isinstance(node, ast.AsyncFunctionDef) else "", name), "```", "")
    yield from (as_markdown(doc), "")


def _signature(node: _Function, prefix: str, name: str) -> str:
    arguments = [_unquoted(text) for text in _arguments(node.args)]
    returns = f" -> {_unquoted(ast.unparse(node.returns))}" if node.returns and node.name != "__init__" else ""
    line = f"{prefix}{name}({', '.join(arguments)}){returns}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{prefix}{name}(", *(f"    {argument}," for argument in arguments), f"){returns}"])


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(arguments.defaults)), *arguments.defaults]
    for argument, default in zip(plain, defaults, strict=True):
        if argument.arg not in ("self", "cls"):
            yield _argument(argument, default)
    if arguments.vararg:
        yield f"*{_argument(arguments.vararg, None)}"
    elif arguments.kwonlyargs:
        yield "*"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _argument(argument, default)
    if arguments.kwarg:
        yield f"**{_argument(arguments.kwarg, None)}"


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    annotation = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
    return f"{argument.arg}{annotation}" + (f" = {ast.unparse(default)}" if default else "")


def _unquoted(text: str) -> str:
    """Return an annotation without the quotes of forward references, and without ``builtins.``."""
    return re.sub(r"'([A-Z][\w\[\], |.]*)'(?!\])", r"\1", text).replace("builtins.", "")


def _is_public(node: _Function) -> bool:
    return not node.name.startswith("_")
