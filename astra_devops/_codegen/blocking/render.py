"""Rendering blocking methods. Each is one call through the bridge."""

import ast
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from astra_devops._codegen.blocking.callbacks import Callbacks
from astra_devops._codegen.blocking.docs import BRIDGE, docstring
from astra_devops._codegen.blocking.source import Imported, Source, annotation, names_in

Function = ast.FunctionDef | ast.AsyncFunctionDef

PAGER: Final = "AsyncPager"
OPERATION: Final = "AsyncOperation"
TEMPORARY: Final = "AsyncTemporary"
FLEET: Final = "AsyncFleet"
CLIENT: Final = "AsyncAstraDevOps"
# Callbacks that need a running event loop, and so cannot run in a worker thread.
_ON_THE_LOOP: Final = ("session_factory",)
# The types of arguments that may be strings to keep secret.
_SECRETS: Final = frozenset({"Secret", "Token"})
_STREAMS: Final = ("AsyncIterator", "AsyncIterable", "AsyncGenerator")


@attrs.frozen
class Twin:
    """The blocking form of an async class: its name and its module."""

    name: str
    module: str


HAND_WRITTEN: Final = {"AsyncClientOperations": Twin("ClientOperations", "astra_devops._bridge.operation_groups")}
"""Bases of the client whose blocking forms are written by hand, since they take operations."""


@attrs.frozen
class Context:
    """A module that is being rendered.

    Attributes:
        source: The async module.
        twins: The blocking form of each async class.
        callbacks: Recognizes the parameters that take callbacks.
        imports: The names that the rendered module has to import.
    """

    source: Source
    twins: Mapping[str, Twin]
    callbacks: Callbacks
    imports: dict[str, Imported] = attrs.field(factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """The name of each blocking class by that of the async class."""
        return {name: twin.name for name, twin in self.twins.items()}

    def use(self, module: str, name: str) -> str:
        """Import a name and return it."""
        self._add(name, Imported(module, name))
        return name

    def use_all(self, node: ast.expr) -> bool:
        """Import the names in an expression, and return whether one is for type checkers only."""
        origins = {name: origin for name in names_in(node) if (origin := self.source.origin(name))}
        for name, origin in origins.items():
            self._add(name, origin)
        return any(origin.typing_only for origin in origins.values())

    def _add(self, name: str, origin: Imported) -> None:
        existing = self.imports.get(name, origin)
        if (existing.module, existing.name) != (origin.module, origin.name):
            where = f"{existing.module} and {origin.module}"
            self.source.refuse(self.source.async_class(), f"the blocking module would import {name} twice, from {where}")
        self.imports[name] = existing if origin.typing_only else origin  # An import at run time serves both.

    def twin(self, node: ast.expr) -> str:
        """Return the async class that an annotation names; an empty string if it names none.

        For ``AsyncPager[Database]`` this is ``AsyncPager``.
        """
        head = node.value if isinstance(node, ast.Subscript) else node
        return head.id if isinstance(head, ast.Name) and head.id in self.twins else ""


def render_annotation(context: Context, node: ast.expr, own: str) -> str:
    """Render an annotation with the blocking classes.

    It is quoted if it names the class itself, or a name for type checkers only.
    """
    parsed = annotation(node)
    head = context.twin(parsed)
    if (names_in(parsed) & context.twins.keys()) - {head}:
        context.source.refuse(node, f"{ast.unparse(parsed)} mentions an async class where no blocking one can take its place")
    if head and isinstance(parsed, ast.Subscript):
        quote = context.use_all(parsed.slice)
        text = f"{_twin_name(context, head, own)}[{ast.unparse(parsed.slice)}]"
    elif head:
        quote, text = context.twins[head].name == own, _twin_name(context, head, own)
    else:
        quote, text = context.use_all(parsed), ast.unparse(parsed)
    return repr(text) if quote else text


def _twin_name(context: Context, head: str, own: str) -> str:
    twin = context.twins[head]
    return twin.name if twin.name == own else context.use(twin.module, twin.name)


def render_signature(context: Context, function: Function, own: str, extra: str = "") -> str:
    """Render ``def name(...) -> ...:`` of the blocking form.

    Defaults are copied, and the names in them imported.
    """
    copied = ast.parse(ast.unparse(ast.FunctionDef(function.name, function.args, [ast.Pass()], [], lineno=1))).body[0]
    assert isinstance(copied, ast.FunctionDef)
    for argument in _all_arguments(copied.args)[1:]:
        assert argument.annotation is not None
        argument.annotation = ast.parse(render_annotation(context, argument.annotation, own), mode="eval").body
    for default in [*copied.args.defaults, *copied.args.kw_defaults]:
        if default is not None:
            context.use_all(default)
    text = ast.unparse(copied.args)
    if extra:
        text += f", {extra}" if function.args.kwonlyargs else f", *, {extra}"
    assert function.returns is not None
    return f"def {function.name}({text}) -> {render_annotation(context, function.returns, own)}:"


def check_signature(context: Context, function: Function) -> None:
    """Refuse a function whose signature cannot be mapped."""
    arguments = function.args
    if arguments.kwarg:
        context.source.refuse(function, f"{function.name} takes **{arguments.kwarg.arg}; list its arguments instead")
    vararg = arguments.vararg
    if vararg and vararg.annotation and context.callbacks.mentions(context.source, vararg.annotation):
        context.source.refuse(function, f"{function.name} takes callbacks as *{vararg.arg}; take a list of them instead")
    for argument in _all_arguments(arguments)[1:]:
        if argument.annotation is None:
            context.source.refuse(function, f"{function.name}: the argument {argument.arg} has no annotation")
        if names_in(annotation(argument.annotation)) & context.twins.keys():
            context.source.refuse(function, f"{function.name}: the blocking form cannot take {argument.arg}, an async object")
    if function.returns is None:
        context.source.refuse(function, f"{function.name} has no return annotation")


def render_arguments(context: Context, function: Function, bridge: str) -> str:
    """Render the arguments of the async call.

    Callbacks are wrapped, so that plain functions run in a worker thread.
    """

    def render(argument: ast.arg) -> str:
        assert argument.annotation is not None
        wrap = argument.arg not in _ON_THE_LOOP and context.callbacks.mentions(context.source, argument.annotation)
        return f"{bridge}.callback({argument.arg})" if wrap else argument.arg

    positional = [render(argument) for argument in [*function.args.posonlyargs, *function.args.args][1:]]
    if function.args.vararg:
        positional.append(f"*{function.args.vararg.arg}")
    return ", ".join([*positional, *(f"{argument.arg}={render(argument)}" for argument in function.args.kwonlyargs)])


def render_call(context: Context, function: ast.AsyncFunctionDef, target: str, client: str) -> str:
    """Render a method that runs a coroutine to its end, and wraps an operation that it returns."""
    assert function.returns is not None
    returned = annotation(function.returns)
    if names_in(returned) & set(_STREAMS):
        context.source.refuse(function, f"{function.name} is an async iterator; make it a plain method that returns an AsyncPager")
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function)):
        context.source.refuse(function, f"{function.name} is an async generator; make it a plain method that returns an AsyncPager")
    arguments = render_arguments(context, function, "self._bridge")
    method = _implementation(context, function, f"{target}.{function.name}")
    call = f"self._bridge.call({method}{', ' if arguments else ''}{arguments})"
    head = context.twin(returned)
    if head == OPERATION:
        return f"return {context.twins[OPERATION].name}(self._bridge, {client}, {call})"
    if head:
        context.source.refuse(function, f"{function.name} is a coroutine that returns an {head}, which has no blocking form")
    return call if isinstance(returned, ast.Constant) and returned.value is None else f"return {call}"


def _implementation(context: Context, function: ast.AsyncFunctionDef, method: str) -> str:
    """Cast a method with overloads to the type of its implementation, hidden from type checkers."""
    siblings = [node for node in context.source.async_class().body if isinstance(node, Function) and node.name == function.name]
    if len(siblings) == 1:
        return method
    for name in ("Any", "cast"):
        context.use("typing", name)
    for name in ("Callable", "Coroutine"):
        context.use("collections.abc", name)
    assert function.returns is not None
    returned = annotation(function.returns)
    context.use_all(returned)
    return f"cast({f'Callable[..., Coroutine[Any, Any, {ast.unparse(returned)}]]'!r}, {method})"


def render_plain(context: Context, function: ast.FunctionDef, target: str) -> str:
    """Render a method that returns a pager, or a temporary resource."""
    assert function.returns is not None
    twin = context.twins[context.twin(annotation(function.returns))]
    arguments = render_arguments(context, function, "self._bridge")
    return f"return {context.use(twin.module, twin.name)}(self._bridge, lambda: {target}.{function.name}({arguments}))"


def _hide_secrets(context: Context, function: Function) -> list[str]:
    """Render the lines that hide arguments: tokens, passwords, and those of ``@hiding``.

    A traceback with local variables shows the arguments of the method.
    """
    hidden = {
        name.value
        for node in function.decorator_list
        if _is_hiding(node) and isinstance(node, ast.Call)
        for name in node.args
        if isinstance(name, ast.Constant)
    }
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    secrets = [
        argument.arg
        for argument in arguments
        if argument.arg in hidden or (argument.annotation and names_in(annotation(argument.annotation)) & _SECRETS)
    ]
    if secrets:
        context.use("astra_devops._secret", "hidden")
    return [f"{name} = hidden({name})" for name in secrets]


def render_method(context: Context, function: Function, own: str, body: str, extra: str = "", decorator: str = "") -> str:
    """Render a whole method."""
    signature = render_signature(context, function, own, extra)
    text = docstring(function, context.names, " " * 8, arguments=BRIDGE if extra else "")
    lines = "".join(f"        {line}\n" for line in [*_hide_secrets(context, function), *body.splitlines()])
    head = f"    @{decorator}\n" if decorator else ""
    return f"{head}    {signature}\n{text}{lines}\n"


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """Walk the nodes of a function, but not those of the functions inside it."""
    pending: list[ast.AST] = [*function.body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending += ast.iter_child_nodes(node)


def decorators(function: Function) -> list[str]:
    """Return the decorators of a function by their last names, without ``@hiding``."""
    return [ast.unparse(node).rpartition(".")[2] for node in function.decorator_list if not _is_hiding(node)]


def _is_hiding(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "hiding"


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    vararg = [arguments.vararg] if arguments.vararg else []
    return [*arguments.posonlyargs, *arguments.args, *vararg, *arguments.kwonlyargs]
