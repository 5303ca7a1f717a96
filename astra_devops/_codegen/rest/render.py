"""Rendering the model as source text, through the templates."""

from typing import Any, Final

import jinja2

from astra_devops._codegen.errors import SpecError
from astra_devops._codegen.rest.annotate import Annotator, Imports
from astra_devops._codegen.rest.arrange import COMMON, REQUESTS, modules, ordered
from astra_devops._codegen.rest.documentation import class_doc, enum_doc, function_doc, module_head
from astra_devops._codegen.rest.model import (
    JSON,
    NONE,
    Class,
    Definition,
    Enum,
    Field,
    Group,
    Model,
    Named,
    Operation,
    Parameter,
    Plain,
    either,
    leaves,
)
from astra_devops._codegen.rest.repair_operations import VARIABLE
from astra_devops._codegen.text import WIDTH, f_string_part, literal, literals

_RUNTIME: Final = "astra_devops._runtime"
_SECRET: Final = "astra_devops._secret"
_BASE: Final = "astra_devops._json.base_model"


def render(model: Model, *, package: str | None, source: str) -> dict[str, str]:
    """Return the unformatted text of the files of ``_rest/`` by path.

    Args:
        model: The model of the document.
        package: Dotted name of the generated package; without it, its modules import each other
            relatively.
        source: What the banner of each module says it is generated from.
    """
    return _Renderer(model, package, source).files()


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("astra_devops._codegen.rest"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # the output is Python, and every value comes from .text, .names or .annotate
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


class _Renderer:
    def __init__(self, model: Model, package: str | None, source: str) -> None:
        self._model = model
        self._root = f"{package}." if package else ".."
        self._source = source
        self._homes = modules(model)
        self._templates = _environment()

    def files(self) -> dict[str, str]:
        packages = {
            "__init__.py": "The operations of the contract, as functions and classes",
            "models/__init__.py": "Models of requests and answers, one module per group of operations",
            "endpoints/__init__.py": "One function per operation, one module per group of operations",
        }
        files = {path: module_head(about, self._source) + "\n" for path, about in packages.items()}
        files["index.py"] = self._index()
        for group in self._model.groups:
            files[f"endpoints/{group.name}.py"] = self._endpoints(group)
        for home in sorted(set(self._homes.values())):
            files[f"models/{home}.py"] = self._models(home)
        return dict(sorted(files.items()))

    def _index(self) -> str:
        operations = [self._entry(operation) for operation in self._model.operations]
        head = module_head("Every operation of the contract", self._source)
        return self._templates.get_template("index.py.jinja").render(head=head, runtime=_RUNTIME, operations=operations)

    def _entry(self, operation: Operation) -> dict[str, Any]:
        codes = operation.success
        return {
            "constant": operation.constant,
            "id": literal(operation.id),
            "method": literal(operation.method),
            "path": literal(operation.path),
            "group": literal(operation.group),
            "function": literal(operation.function),
            "success": "range(200, 300)" if len(codes) == 100 else "{" + ", ".join(map(str, codes)) + "}",
            "retry": literal(operation.retry),
            "how_to_check": literal(operation.how_to_check) if operation.how_to_check else None,
            "lane": literal(operation.lane) if operation.lane else None,
            "server": literal(operation.server) if operation.server else None,
            "permissions": literals(operation.permissions) if operation.permissions else None,
            "sends": None if operation.body is None or operation.body.media == JSON else literal(operation.body.media),
            "accepts": None if operation.accepts == JSON else literal(operation.accepts),
            "inferred": operation.inferred,
            "deprecated": operation.deprecated,
        }

    def _endpoints(self, group: Group) -> str:
        imports, type_imports = Imports(), Imports()
        imports.add(self._root.rstrip(".") if self._root != ".." else "..", "index")
        imports.add(f"{_RUNTIME}.call", "Answer", "Call")
        imports.add("typing", "TYPE_CHECKING")
        type_imports.add(f"{_RUNTIME}.caller", "Caller")
        annotator = Annotator(self._model.definitions, self._homes, f"{self._root}models.")
        operations = [operation for operation in self._model.operations if operation.group == group.name]
        functions = [self._function(operation, annotator, imports, type_imports) for operation in operations]
        type_imports.drop(imports)
        head = module_head(f"{group.title}: {group.doc}" if group.doc.strip() else group.title, self._source)
        return self._templates.get_template("endpoints.py.jinja").render(
            head=head, imports=imports.lines(), type_imports=type_imports.lines(), functions=functions
        )

    def _function(self, operation: Operation, annotator: Annotator, imports: Imports, type_imports: Imports) -> dict[str, Any]:
        result = annotator.annotation(operation.result, imports)
        arguments = [_argument(parameter, annotator, imports, type_imports) for parameter in operation.parameters]
        if operation.body is not None:
            kind = operation.body.type if operation.body.required else either(operation.body.type, NONE)
            arguments.append(f"body: {annotator.annotation(kind, type_imports)}{'' if operation.body.required else ' = None'}")
        if operation.retry == "check_first":
            type_imports.add(f"{_RUNTIME}.call", "OutcomeCheck")
            arguments.append(f"check_outcome: OutcomeCheck[{result}] | None = None")
        return {
            "name": operation.function,
            "constant": operation.constant,
            "doc": function_doc(operation),
            "arguments": arguments,
            "result": result,
            "path": _path(operation, imports),
            "query": _query(operation, imports),
            "headers": _pairs(operation, "header"),
            "cookies": _pairs(operation, "cookie"),
            "body": operation.body is not None,
            "check_outcome": operation.retry == "check_first",
        }

    def _models(self, home: str) -> str:
        imports = Imports()
        annotator = Annotator(self._model.definitions, self._homes, f"{self._root}models." if self._root != ".." else ".", home)
        definitions = ordered(self._model.definitions[key] for key, module in self._homes.items() if module == home)
        defined: set[str] = set()
        classes = [self._class(definition, annotator, imports, defined) for definition in definitions]
        models = "Models of requests" if home.endswith(REQUESTS) else "Models"
        about = f"{models} that several groups share" if home.startswith(COMMON) else f"{models} of the group {home.removesuffix(REQUESTS)}"
        template = self._templates.get_template("models.py.jinja")
        has_classes = any(isinstance(definition, Class) for definition in definitions)
        head = module_head(about, self._source)
        return template.render(head=head, imports=imports.lines(), has_classes=has_classes, classes=classes)

    def _class(self, definition: Definition, annotator: Annotator, imports: Imports, defined: set[str]) -> dict[str, Any]:
        if isinstance(definition, Enum):
            imports.add("enum", "StrEnum")
            members = [(name, literal(value)) for name, value in definition.members]
            context: dict[str, Any] = {"kind": "enum", "name": definition.name, "doc": enum_doc(definition), "members": members}
        else:
            imports.add(_BASE, "BaseModel")
            imports.add(_SECRET, "Extra")
            fields = [_field(field, annotator, imports, defined) for field in definition.fields]
            shortcuts = [self._shortcut(definition, *names, annotator, imports, defined) for names in definition.shortcuts]
            context = {"kind": "class", "name": definition.name, "doc": class_doc(definition), "fields": fields}
            context |= {"shortcuts": shortcuts, "summary": literals(definition.summary) if definition.summary else None}
        defined.add(definition.key)
        return context

    def _shortcut(
        self, owner: Class, name: str, first: str, second: str, annotator: Annotator, imports: Imports, defined: set[str]
    ) -> dict[str, str]:
        """Return a property for the field ``second`` of the object in the field ``first``."""
        outer = {field.name: field for field in owner.fields}[first]
        keys = [leaf.key for leaf in leaves(outer.type) if isinstance(leaf, Named)]
        inner = self._model.definitions.get(keys[0]) if len(keys) == 1 else None
        field = {field.name: field for field in inner.fields}.get(second) if isinstance(inner, Class) else None
        if field is None:
            raise SpecError(owner.key, f"the shortcut {name} needs a field {second} in {first}")
        kind = field.type if field.required and outer.required else either(field.type, NONE)
        value = f"self.{first}.{second}" if outer.required else f"None if self.{first} is None else self.{first}.{second}"
        return {"name": name, "type": annotator.quoted(kind, imports, defined), "path": f"{first}.{second}", "value": value}


def _argument(parameter: Parameter, annotator: Annotator, imports: Imports, type_imports: Imports) -> str:
    if parameter.wildcard is not None:
        type_imports.add("collections.abc", "Mapping")
        imports.add(f"{_RUNTIME}.call", "wildcard")
        return f"{parameter.name}: Mapping[str, object] | None = None"
    if parameter.required:
        return f"{parameter.name}: {annotator.annotation(parameter.type, type_imports)}"
    return f"{parameter.name}: {annotator.annotation(either(parameter.type, NONE), type_imports)} = None"


def _path(operation: Operation, imports: Imports) -> str:
    arguments = {parameter.wire: parameter for parameter in operation.parameters if parameter.place == "path"}
    if not arguments:
        return literal(operation.path)
    imports.add(f"{_RUNTIME}.call", "segment")
    parts: list[str] = []
    rest = 0
    for variable in VARIABLE.finditer(operation.path):
        parameter = arguments.get(variable.group(1))
        if parameter is not None:
            parts.append(f_string_part(operation.path[rest : variable.start()]))
            value = parameter.name if _is_text(parameter) else f"str({parameter.name})"
            parts.append(f"{{segment({value}, '{parameter.name}')}}")
            rest = variable.end()
    parts.append(f_string_part(operation.path[rest:]))
    return _in_lines(parts)


def _in_lines(parts: list[str]) -> str:
    """Return an f-string, in several pieces if it is too wide for one line."""
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > WIDTH - 16:
            head = lines[-1].removesuffix("/")
            lines[-1:] = [head, lines[-1][len(head) :]]
        lines[-1] += part
    pieces = [f'f"{line}"' if "{" in line or "}" in line else f'"{line}"' for line in lines]
    return f"({' '.join(pieces)})" if len(pieces) > 1 else pieces[0]


def _is_text(parameter: Parameter) -> bool:
    return parameter.type != Plain("int")


def _query(operation: Operation, imports: Imports) -> str | None:
    parts = [
        f"*wildcard({literal(parameter.wildcard)}, {parameter.name})"
        if parameter.wildcard is not None
        else f"({literal(parameter.wire)}, {_query_value(parameter, imports)})"
        for parameter in operation.parameters
        if parameter.place == "query"
    ]
    return f"({', '.join(parts)},)" if parts else None


def _query_value(parameter: Parameter, imports: Imports) -> str:
    if not parameter.is_joined:
        return parameter.name
    imports.add(f"{_RUNTIME}.call", "joined")
    return f"joined({literal(parameter.name)}, {parameter.name})"


def _pairs(operation: Operation, place: str) -> str | None:
    parts = [f"({literal(parameter.wire)}, {parameter.name})" for parameter in operation.parameters if parameter.place == place]
    return f"({', '.join(parts)},)" if parts else None


def _field(field: Field, annotator: Annotator, imports: Imports, defined: set[str]) -> str:
    kind = field.type if field.required else either(field.type, NONE)
    default = "" if field.required else "default=None, "
    aliases = f', "aliases": {literals(field.aliases)}' if field.aliases else ""
    if_absent = "" if field.if_absent is None else f', "if_absent": {field.if_absent!r}'
    metadata = f'{{"wire": {literal(field.wire)}{aliases}{if_absent}}}'
    return f"{field.name}: {annotator.quoted(kind, imports, defined)} = attrs.field({default}metadata={metadata})"


def contract_module(head: str) -> str:
    """Return the module that loads the effective contract."""
    return _environment().get_template("contract.py.jinja").render(head=head)
