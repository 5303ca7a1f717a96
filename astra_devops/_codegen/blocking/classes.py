"""Rendering the blocking classes of the resources and of the client."""

import ast
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from astra_devops._codegen.blocking.docs import CLIENT_TEXT, docstring, quoted
from astra_devops._codegen.blocking.render import (
    CLIENT,
    FLEET,
    HAND_WRITTEN,
    PAGER,
    TEMPORARY,
    Context,
    Function,
    check_signature,
    decorators,
    render_arguments,
    render_call,
    render_method,
    render_plain,
    render_signature,
)
from astra_devops._codegen.blocking.source import Source, annotation, names_in

# What every client has, and render_client writes itself.
_OWN: Final = ("__init__", "__aenter__", "__aexit__", "__del__", "__repr__", "aclose")


def render_resource(context: Context, bases: Iterable[Source], attribute: str) -> str:
    """Render the class of one resource, with what it inherits.

    Args:
        context: The module of the resource.
        bases: The modules of the classes that the resource inherits from.
        attribute: Name of the client's attribute.
    """
    node = context.source.async_class()
    own = context.twins[node.name].name
    context.use("collections.abc", "Callable")
    context.use("astra_devops._bridge.bridge", "Bridge")
    context.use("astra_devops.client", CLIENT)
    context.use(context.source.module, node.name)
    parts = [
        f"class {own}:\n{docstring(node, context.names, '    ')}\n"
        f"    def __init__(self, bridge: Bridge, client: Callable[[], {CLIENT}]) -> None:\n"
        "        self._bridge = bridge\n"
        "        self._client = client\n\n"
        f"    def _target(self) -> {node.name}:\n"
        f"        return self._client().{attribute}\n\n"
    ]
    for part in [attrs.evolve(context, source=base) for base in bases] + [context]:
        for function in _functions(part, part.source.async_class()):
            if not function.name.startswith("_"):
                parts.append(_resource_method(part, function, own))
    return "".join(parts)


def _resource_method(context: Context, function: Function, own: str) -> str:
    if "overload" in decorators(function):
        return _overload(context, function, own)
    if decorators(function):
        context.source.refuse(function, f"{function.name}: @{decorators(function)[0]} has no blocking form")
    return render_method(context, function, own, _body(context, function, "self._target()", "self._client"))


def _body(context: Context, function: Function, target: str, client: str) -> str:
    if isinstance(function, ast.AsyncFunctionDef):
        return render_call(context, function, target, client)
    if function.returns is None or context.twin(annotation(function.returns)) not in (PAGER, TEMPORARY):
        context.source.refuse(
            function, f"{function.name} is a plain method that does not return a pager; make it async, or a function of the module"
        )
    return render_plain(context, function, target)


def render_client(context: Context, bases: Iterable[Source], attributes: Mapping[str, str]) -> str:
    """Render the class of the client, with what it inherits.

    Args:
        context: The module of the client.
        bases: The modules of the classes that the client inherits from.
        attributes: Name of the client's attribute for each async class of a resource.
    """
    node = context.source.async_class()
    own = context.twins[node.name].name
    context.use("astra_devops._bridge.bridge", "Bridge")
    context.use("astra_devops._bridge.client_handle", "ClientHandle")
    context.use(context.source.module, CLIENT)
    context.use("astra_devops._runtime.no_copies", "NoCopies")
    twins = [HAND_WRITTEN[name] for base in node.bases if (name := ast.unparse(base)) in HAND_WRITTEN]
    parents = ", ".join([*(context.use(twin.module, twin.name) for twin in twins), "NoCopies"])
    parts = [f"class {own}({parents}):\n{quoted(CLIENT_TEXT.format(name=own), '    ')}\n"]
    functions = _functions(context, node)
    for function in functions:
        if function.name == "__init__":
            parts.append(_init(context, function, own))
    parts.append(_enter_and_exit(context, functions, own))
    for base in bases:
        inherited = attrs.evolve(context, source=base)
        for cls in (node for node in base.definitions.values() if isinstance(node, ast.ClassDef)):
            parts += [_client_member(inherited, function, own, attributes) for function in _public(inherited, _functions(inherited, cls))]
    parts += [_client_member(context, function, own, attributes) for function in _public(context, functions)]
    return "".join(parts)


def _public(context: Context, functions: list[Function]) -> list[Function]:
    for function in functions:
        if function.name.startswith("__") and function.name not in _OWN:
            context.source.refuse(function, f"{function.name} has no blocking form")
    return [function for function in functions if not function.name.startswith("_") and function.name not in _OWN]


def _init(context: Context, function: Function, own: str) -> str:
    names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]]
    if "bridge" in names:
        context.source.refuse(function, "__init__ must not have an argument named bridge: the blocking client adds one")
    creation = f"{CLIENT}({render_arguments(context, function, 'Bridge')})"
    body = f"self._handle = ClientHandle({own!r}, bridge, lambda: {creation})\nself._bridge = self._handle.bridge"
    return render_method(context, function, own, body, extra="bridge: Bridge | None = None")


def _enter_and_exit(context: Context, functions: list[Function], own: str) -> str:
    by_name = {function.name: function for function in functions}
    missing = {"__aenter__", "__aexit__", "aclose"} - by_name.keys()
    if missing:
        context.source.refuse(context.source.async_class(), f"the client lacks {', '.join(sorted(missing))}")
    for name in ("typing.Self", "types.TracebackType"):
        context.use(*name.split("."))
    closing = by_name["aclose"]
    return (
        "    def __enter__(self) -> Self:\n        return self\n\n"
        "    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:\n"
        "        self.close()\n\n"
        f"    def close(self) -> None:\n{docstring(closing, context.names, ' ' * 8)}        self._handle.close()\n\n"
        # A debugger shows the client, too, whose constructor refuses a setting.
        f'    def __repr__(self) -> str:\n        return repr(self._handle) if hasattr(self, "_handle") else "<{own}>"\n\n'
    )


def _client_member(context: Context, function: Function, own: str, attributes: Mapping[str, str]) -> str:
    marks = decorators(function)
    if marks == ["made_on_first_use"]:
        return _resource(context, function, own, attributes)
    if marks == ["property"] and isinstance(function, ast.FunctionDef):
        if function.returns and context.twin(annotation(function.returns)) == FLEET:
            return _fleet(context, function)
        if function.returns and names_in(annotation(function.returns)) & context.twins.keys():
            context.source.refuse(function, f"{function.name}: a property that returns an async object has no blocking form")
        return render_method(context, function, own, f"return self._handle().{function.name}", decorator="property")
    if marks == ["overload"]:
        return _overload(context, function, own)
    if marks:
        context.source.refuse(function, f"{function.name}: @{marks[0]} has no blocking form")
    if isinstance(function, ast.FunctionDef) and function.returns and context.twin(annotation(function.returns)) == CLIENT:
        return _view(context, function, own)
    return render_method(context, function, own, _body(context, function, "self._handle()", "self._handle"))


def _resource(context: Context, function: Function, own: str, attributes: Mapping[str, str]) -> str:
    returned = ast.unparse(annotation(function.returns)) if function.returns else ""
    if attributes.get(returned) != function.name:
        context.source.refuse(
            function, f"{function.name} is made on first use but not a resource: no module in resources/ defines {returned or 'nothing'}"
        )
    twin = context.twins[returned]
    context.use("astra_devops._first_use", "made_on_first_use")
    return (
        f"    @made_on_first_use\n    def {function.name}(self) -> {twin.name!r}:\n{docstring(function, context.names, ' ' * 8)}"
        f"        from {twin.module} import {twin.name}\n\n        return {twin.name}(self._bridge, self._handle)\n\n"
    )


def _fleet(context: Context, function: ast.FunctionDef) -> str:
    twin = context.twins[FLEET]
    context.use("astra_devops._first_use", "importing")
    context.use("typing", "Self")
    # Not kept: the client would refer to itself, and only the garbage collector could free it.
    return (
        f"    @property\n    def {function.name}(self) -> '{twin.name}[Self]':\n{docstring(function, context.names, ' ' * 8)}"
        f"        with importing:\n            from {twin.module} import {twin.name}\n\n"
        f"        return {twin.name}(self._bridge, self, lambda: self._handle()._caller)\n\n"
    )


def _view(context: Context, function: Function, own: str) -> str:
    arguments = render_arguments(context, function, "self._bridge")
    body = (
        "client = self._handle\n"
        f"view = {own}.__new__({own})\n"
        f"view._handle = client.view(lambda: client().{function.name}({arguments}))\n"
        "view._bridge = self._bridge\n"
        "return view"
    )
    if "client" in {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}:
        context.source.refuse(function, f"{function.name} must not have an argument named client: the blocking method uses that name")
    return render_method(context, function, own, body)


def _overload(context: Context, function: Function, own: str) -> str:
    context.use("typing", "overload")
    return f"    @overload\n    {render_signature(context, function, own)} ...\n\n"


def _functions(context: Context, node: ast.ClassDef) -> list[Function]:
    """Return the functions of a class. Refuse anything else in it, unless it is private."""
    functions: list[Function] = []
    for item in node.body:
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            if item.name == "__init__" or not item.name.startswith("_"):
                check_signature(context, item)
            functions.append(item)
        elif isinstance(item, ast.Assign | ast.AnnAssign):
            targets = item.targets if isinstance(item, ast.Assign) else [item.target]
            if not all(ast.unparse(target).startswith("_") for target in targets):
                context.source.refuse(item, f"{ast.unparse(item)}: a public attribute of the class has no blocking form")
        elif not isinstance(item, ast.Expr | ast.Pass):
            context.source.refuse(item, f"this has no blocking form in a class: {ast.unparse(item).splitlines()[0]}")
    return functions
