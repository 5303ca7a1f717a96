"""Models as text, dictionaries, rows of data frames and tables of HTML."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal

import attrs

from astra_devops._json import decimals, times
from astra_devops._json.model_types import is_dict, is_list, is_open_enum, item_of, model_of, split_optional
from astra_devops._secret import MASK, Secret, printable, redact

Names = Literal["python", "wire"]

_LONGEST_REPR: Final = 160
_LONGEST_TEXT: Final = 48
_ROWS_SHOWN: Final = 100
_SCHEMA_TYPES: Final[Mapping[Any, str]] = {
    str: "string",
    Secret: "string",
    int: "integer",
    float: "number",
    Decimal: "number",
    bool: "boolean",
}


def to_dict(model: Any, names: Names, reveal_secrets: bool) -> dict[str, Any]:
    """Return the fields of a model as JSON values, in nested dictionaries.

    Raises:
        ValueError: ``names`` is not known, or a secret to reveal is redacted.
    """
    if names not in ("python", "wire"):
        raise ValueError(f"names must be 'python' or 'wire', not {names!r}")
    document = {}
    description = model_of(model.__class__)
    for field in description.fields:
        document[field.name if names == "python" else field.wire] = _plain(getattr(model, field.name), names, reveal_secrets)
    if description.extra is not None and reveal_secrets:
        document |= {name: _plain(value, names, reveal_secrets) for name, value in getattr(model, description.extra).items()}
    return document


def to_json(model: Any, names: Names, reveal_secrets: bool, indent: int | None) -> str:
    """Return the fields of a model as JSON.

    Raises:
        ValueError: ``names`` is not known, or a secret to reveal is redacted.
    """
    return json.dumps(to_dict(model, names, reveal_secrets), ensure_ascii=False, indent=indent)


def _plain(value: Any, names: Names, reveal_secrets: bool) -> Any:
    if attrs.has(value.__class__):
        return to_dict(value, names, reveal_secrets)
    if isinstance(value, list | tuple):
        return [_plain(item, names, reveal_secrets) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item, names, reveal_secrets) for key, item in value.items()}
    if isinstance(value, Secret):
        return value.reveal() if reveal_secrets else MASK
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return decimals.write(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def record(model: Any) -> dict[str, Any]:
    """Return a model as one flat row. All rows of a class have the same keys."""
    return dict(_cells(model.__class__, model, ""))


def _cells(cls: Any, model: Any, prefix: str) -> Iterator[tuple[str, object]]:
    for field in model_of(cls).fields:
        value = None if model is None else getattr(model, field.name)
        shape, _ = split_optional(field.shape)
        if attrs.has(shape):
            yield from _cells(shape, value, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", _cell(shape, value)


def _cell(shape: Any, value: Any) -> object:
    if isinstance(value, datetime | Decimal):
        return value
    plain = _plain(value, "python", False)
    has_objects = isinstance(plain, dict) or (isinstance(plain, list) and not all(isinstance(item, str | int | float) for item in plain))
    if has_objects or (is_list(shape) and attrs.has(item_of(shape)) and plain is not None):
        return json.dumps(plain, ensure_ascii=False)
    return plain


def shown_fields(model: Any) -> list[tuple[str, object]]:
    """Return the names and values that a repr shows: a summary, or else what is not None."""
    names = model._summary or [field.name for field in model_of(model.__class__).fields]
    values = [(name, getattr(model, name, None)) for name in names]
    return [(name, _scalar(value) if isinstance(value, Enum | datetime) else value) for name, value in values if value is not None]


def short_repr(model: Any) -> str:
    """Return a model as one line of at most 160 characters."""
    return one_line(f"{model.__class__.__qualname__}(", shown_fields(model), ")")


def one_line(head: str, values: Iterable[tuple[str, object]], end: str) -> str:
    """Return names with their values as one line of at most 160 characters."""
    parts: list[str] = []
    for name, value in values:
        part = f"{name}={_short(value)}"
        if len(head) + sum(map(len, parts)) + 2 * len(parts) + len(part) + len(f", ...{end}") > _LONGEST_REPR:
            parts.append("...")
            break
        parts.append(part)
    return head + ", ".join(parts) + end


def _short(value: object) -> str:
    if attrs.has(value.__class__):
        return f"{value.__class__.__qualname__}(...)"
    if isinstance(value, list | tuple):
        text = f"[{', '.join(map(_short, value[:3]))}{', ...' if len(value) > 3 else ''}]"
        return text if len(text) <= _LONGEST_TEXT else f"[{len(value)} items]"
    if isinstance(value, Mapping):
        return f"{{{len(value)} items}}"
    text = repr(value)
    return text if len(text) <= _LONGEST_TEXT or isinstance(value, Secret) else f"{text[: _LONGEST_TEXT - 4]}...{text[-1]}"


def html_table(shown: Sequence[Sequence[tuple[str, object]]], *, is_list: bool = False) -> str:
    """Return objects as a table of HTML: one object as a column, several as rows."""
    if not is_list:
        lines = [
            f'<tr><th scope="row" style="text-align:left">{_escaped(name)}</th><td>{_text(value)}</td></tr>' for name, value in shown[0]
        ]
        return f"<table><tbody>{''.join(lines)}</tbody></table>"
    if not shown:
        return "<table><tbody><tr><td>no items</td></tr></tbody></table>"
    columns = dict.fromkeys(name for row in shown for name, _ in row)
    head = "".join(f'<th scope="col">{_escaped(name)}</th>' for name in columns)
    lines = []
    for row in shown[:_ROWS_SHOWN]:
        cells = dict(row)
        lines.append(f"<tr>{''.join(f'<td>{_text(cells.get(name))}</td>' for name in columns)}</tr>")
    rest = len(shown) - _ROWS_SHOWN
    caption = f"<caption>and {rest} more</caption>" if rest > 0 else ""
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def html_text(text: str) -> str:
    """Return a text of several lines as HTML."""
    return f"<pre>{'<br>'.join(_escaped(redact(line)) for line in text.splitlines())}</pre>"


def _text(value: object) -> str:
    if value is None:
        return ""
    return _escaped(str(value) if isinstance(value, str | Decimal) else _short(value))


def _escaped(text: str) -> str:
    text = printable(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def pydantic_schema(cls: Any) -> Any:
    """Return a schema of Pydantic, which is installed if it asks for one.

    It accepts a model or an object with the names of the service, and serializes by ``to_dict()``.
    """
    from pydantic_core import core_schema

    from astra_devops._json.convert import structure

    def validate(value: object) -> object:
        return value if isinstance(value, cls) else structure(value, cls)

    return core_schema.no_info_plain_validator_function(
        validate,
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda model: model.to_dict(), return_schema=core_schema.dict_schema()
        ),
    )


def json_schema(cls: Any, within: tuple[Any, ...] = ()) -> dict[str, Any]:
    """Return the JSON Schema of what ``to_dict()`` returns, for the documents of an API.

    A class ``within`` itself is any object.
    """
    if cls in within:
        return {"type": "object"}
    properties = {field.name: _schema_of(field.shape, (*within, cls)) for field in model_of(cls).fields}
    return {"title": cls.__name__, "type": "object", "properties": properties}


def _schema_of(shape: Any, within: tuple[Any, ...]) -> dict[str, Any]:
    rest, nullable = split_optional(shape)
    if nullable:
        return {"anyOf": [_schema_of(rest, within), {"type": "null"}]}
    if attrs.has(rest):
        return json_schema(rest, within)
    if is_list(rest):
        return {"type": "array", "items": _schema_of(item_of(rest), within)}
    if is_dict(rest):
        return {"type": "object", "additionalProperties": _schema_of(item_of(rest), within)}
    if times.is_time(rest):
        return {"type": "string", "format": "date-time"}
    if is_open_enum(rest):
        return {"type": "string"}
    return {"type": _SCHEMA_TYPES[rest]} if rest in _SCHEMA_TYPES else {}
