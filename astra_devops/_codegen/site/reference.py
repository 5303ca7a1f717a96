"""The reference: a page for each noun and module, from signatures and docstrings.

Both clients have the same calls, so a method has one entry, with its signature in two tabs.
"""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from astra_devops._codegen.site.docstrings import as_markdown
from astra_devops._codegen.site.public_names import Definition, assigned, definition_of, parsed, public_definitions

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_WIDTH: Final = 88

_MODULES: Final = {
    "client": ("Clients", "The clients, their settings, and what they do.", ("client.py", "_bridge/bridge.py")),
    "operations": (
        "Operations, pagers and waits",
        "What calls return that takes long, and lists that come page by page.",
        ("operations/handle.py", "operations/events.py", "operations/temporary.py", "_runtime/pages.py", "_runtime/call.py"),
    ),
    "settings": (
        "Retries, limits, deadlines and tokens",
        "What clients take as settings.",
        (
            "_runtime/retry.py",
            "_runtime/limits/values.py",
            "_runtime/deadline.py",
            "_runtime/auth/token_file.py",
            "_runtime/clock.py",
            "_secret.py",
        ),
    ),
    "events": (
        "Events for observers",
        "What `AstraDevOps(observer=...)` is called with.",
        ("_opentelemetry/observer.py", "_runtime/events.py"),
    ),
    "errors": (
        "Errors",
        "Every exception of `astra_devops.errors`, and what they hold.",
        ("errors/base.py", "errors/requests.py", "errors/operations.py", "errors/values.py"),
    ),
    "fleet": (
        "Fleet runs",
        "The same work for many items: `client.fleet`, its runs, outcomes and reports.",
        ("fleet/fleet.py", "fleet/engine/run.py", "fleet/outcome.py", "fleet/report/report.py", "fleet/report/values.py"),
    ),
    "desired": (
        "Declarations and plans",
        "What `client.plan` and `client.apply` take and return: `astra_devops.desired`.",
        (
            "desired/document.py",
            "desired/declaration.py",
            "desired/kinds/databases.py",
            "desired/kinds/captures.py",
            "desired/kinds/roles.py",
            "desired/kinds/users.py",
            "desired/kinds/pcu_groups.py",
            "desired/kinds/placements.py",
            "desired/kinds/access_lists.py",
            "desired/kinds/devops_access_list.py",
            "desired/kinds/addresses.py",
            "desired/kinds/telemetry.py",
            "desired/kinds/kind.py",
            "desired/plan.py",
            "desired/change.py",
            "desired/apply.py",
        ),
    ),
    "sinks": ("Telemetry sinks", "Systems that metrics and audit logs can be exported to: `astra_devops.sinks`.", ("sinks.py",)),
    "keys": ("Customer keys", "Your own keys for encrypting databases: `astra_devops.keys`.", ("keys.py",)),
    "policies": ("Policies", "Building blocks of roles, and what a policy allows: `astra_devops.policies`.", ("policies.py",)),
    "scim-values": ("SCIM values", "Filters for lists of SCIM users and groups: `astra_devops.scim`.", ("scim.py",)),
    "emulator": (
        "Emulator",
        "The service in memory: starting it, putting something into it, making it fail, moving its clock, recording.",
        (
            "emulator/app.py",
            "emulator/faults/faults.py",
            "emulator/faults/entries.py",
            "emulator/time/virtual.py",
            "emulator/time/clock.py",
            "emulator/journal.py",
            "emulator/state/quirks/quirks.py",
            "emulator/recording/recorder.py",
            "emulator/recording/replay.py",
        ),
    ),
}
_MODELS: Final = "What the service answers, and what it is sent: `astra_devops.models`."

# What is returned by the methods of one noun, and defined elsewhere.
_VALUES: Final = {
    "access_lists": ("resources/_access_review.py",),
    "databases": ("resources/_short_lived/sweeping.py",),
    "organizations": ("resources/_identity/organization.py",),
    "tokens": ("resources/_identity/stale_tokens.py",),
}
# Bases that are described once, and not with each class.
_SHARED_BASES: Final = ("BaseModel",)
# What serves the blocking client only.
_INTERNAL: Final = ("next_outcome", "page_iterator", "wait_loop")


def reference_pages(package: Path) -> dict[str, str]:
    """Return the pages of the reference by their names."""
    public = public_definitions(package) | {(package / "_json/base_model.py", name) for name in _SHARED_BASES}
    writer = _Writer(package, public)
    pages = {f"{name}.md": writer.page(title, files, intro) for name, (title, intro, files) in _MODULES.items()}
    for file in sorted((package / "resources").glob("[a-z]*.py")):
        pages[f"{file.stem}.md"] = writer.page(f"astra.{file.stem}", (f"resources/{file.name}", *_VALUES.get(file.stem, ())))
    models = sorted(f"_rest/models/{file.name}" for file in (package / "_rest/models").glob("[a-z]*.py"))
    pages["models.md"] = writer.page("Models", ("_json/base_model.py", *models), _MODELS)
    return pages | {"index.md": _index(pages)}


@dataclass(frozen=True)
class _Writer:
    """Writes pages with an entry for each public definition of their files."""

    package: Path
    public: set[Definition]

    def page(self, title: str, files: Iterable[str], intro: str = "") -> str:
        parts = [f"# {title}", "", *([intro, ""] if intro else [])]
        for file in files:
            path = self.package / file
            body = parsed(path).body
            for node, after in zip_longest(body, body[1:]):
                if any((path, name) in self.public for name in _defined(node)):
                    parts += self._entry(node, after, path)
        return "\n".join(parts)

    def _entry(self, node: ast.stmt, after: ast.stmt | None, file: Path) -> Iterator[str]:
        if isinstance(node, ast.ClassDef):
            return _class(node, list(dict.fromkeys(self._bases(node, file))))
        if isinstance(node, _Function):
            return _function(node, "", "##")
        return _constant(node, after)

    def _bases(self, node: ast.ClassDef, file: Path) -> Iterator[ast.ClassDef]:
        """List the classes of the package that a class inherits from and that have no entry."""
        for name in (ast.unparse(base).partition("[")[0] for base in node.bases):
            definition = definition_of(file, name, self.package)
            if definition in self.public:
                continue
            for base in parsed(definition[0]).body:
                if isinstance(base, ast.ClassDef) and base.name == definition[1]:
                    yield base
                    yield from self._bases(base, definition[0])


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | _Function):
        return [node.name]
    return list(assigned(node))


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


def _constant(node: ast.stmt, after: ast.stmt | None) -> Iterator[str]:
    """Render a constant or alias, and the docstring below it."""
    ((name, value),) = assigned(node).items()
    yield from (f"## {name}", "", "```python", f"{name} = {ast.unparse(value)}", "```", "")
    if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
        yield from (as_markdown(inspect.cleandoc(str(after.value.value))), "")


def _class(node: ast.ClassDef, bases: list[ast.ClassDef]) -> Iterator[str]:
    yield from (f"## {node.name}", "")
    if node.name.startswith("Async"):
        yield from (f"The blocking form is `{node.name.removeprefix('Async')}`.", "")
    if doc := ast.get_docstring(node):
        yield from (as_markdown(doc), "")
    if fields := [field for part in (node, *bases) for field in _fields(part)]:
        yield from ("```python", *fields, "```", "")
    for part in (node, *bases):
        for method in part.body:
            if isinstance(method, _Function) and (_is_public(method) or (method.name == "__init__" and ast.get_docstring(method))):
                yield from _function(method, node.name, "###")


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and not item.target.id.startswith("_"):
            yield f"{item.target.id}: {_unquoted(ast.unparse(item.annotation))}"
        elif isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant):
            yield from (f"{name} = {item.value.value!r}" for name in assigned(item) if not name.startswith("_"))


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
    return not node.name.startswith("_") and node.name not in _INTERNAL
