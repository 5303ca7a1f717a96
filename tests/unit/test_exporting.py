"""Models as text, dictionaries, rows and tables."""

import json
import types
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import attrs
import pydantic
import pytest

from astra_devops import Page, Secret, models
from astra_devops._json import convert, times
from astra_devops._json.base_model import BaseModel
from astra_devops._json.model_types import is_dict, is_enum, is_list, item_of, members, model_of
from astra_devops._secret import Extra

CANARY = "canary-7f3a"
CLASSES = [cls for name in models.__all__ if isinstance(cls := getattr(models, name), type) and issubclass(cls, BaseModel)]
DATABASE = {
    "id": "9c531886-ddde-401d-bc0f-a708394975c2",
    "orgId": "4711c531-ddde-401d-bc0f-a708394975c2",
    "ownerId": "owner",
    "status": "ACTIVE",
    "creationTime": "2026-11-01T22:08:41+02:00",
    "info": {
        "name": "<b>orders & co",
        "cloudProvider": "AWS",
        "region": "us-east-2",
        "keyspaces": ["a", "b"],
        "datacenters": [{"id": "dc-1", "name": "dc-1", "region": "us-east-2", "secureBundleUrl": f"https://b.example/?sig={CANARY}"}],
    },
    "addedLater": CANARY,
}


def read(document: object = DATABASE) -> models.Database:
    database = convert.structure(document, models.Database)
    assert isinstance(database, models.Database)
    return database


def full(cls: Any, depth: int = 0) -> Any:
    """Return an instance with a value in each field, and the canary in each secret."""
    values = {field.name: value_of(field.shape, depth) for field in model_of(cls).fields}
    return cls(**values, extra=Extra({"later": CANARY}))


def value_of(shape: Any, depth: int) -> Any:
    kinds = [kind for kind in members(shape) if kind is not types.NoneType]
    kind = Secret if Secret in kinds else kinds[0]
    if attrs.has(kind):
        return full(kind, depth + 1) if depth < 4 or types.NoneType not in members(shape) else None
    if is_list(kind):
        return [value_of(item_of(kind), depth)] * 4 if depth < 4 else []
    if is_dict(kind):
        return {"key": value_of(item_of(kind), depth)}
    if times.is_time(kind):
        return datetime(2026, 11, 1, tzinfo=UTC)
    if is_enum(kind):
        return next(iter(kind))
    plain = {Secret: Secret(CANARY), str: "x" * 300, int: 7, float: 0.5, Decimal: Decimal("0.50"), bool: True}
    return plain.get(kind, "anything")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_model_can_be_shown_and_exported_without_its_secrets(cls: Any) -> None:
    model = full(cls)

    assert len(repr(model)) <= 160
    assert repr(model).startswith(f"{cls.__name__}(")
    assert "\n" not in repr(model)
    shown = [repr(model), model._repr_html_(), model.to_json(), model.to_json(names="wire", indent=1), repr(model.record())]
    shown += map(repr, model.__rich_repr__())
    assert not [text for text in shown if CANARY in text]
    assert json.loads(model.to_json()) == model.to_dict()
    assert list(model.to_dict(names="wire")) == [field.wire for field in model_of(cls).fields]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_revealed_everything_is_there(cls: Any) -> None:
    document = full(cls).to_dict(names="wire", reveal_secrets=True)

    assert document["later"] == CANARY
    assert convert.structure(document, cls) == full(cls)


def test_a_database_is_shown_by_what_distinguishes_it() -> None:
    assert repr(read()) == (
        "Database(id='9c531886-ddde-401d-bc0f-a708394975c2', name='<b>orders & co', status='ACTIVE',"
        " cloud_provider='AWS', region='us-east-2')"
    )


def test_shortcuts_lead_to_the_info_of_a_database() -> None:
    database = read()
    assert (database.name, database.cloud_provider, database.region, database.keyspaces) == (
        "<b>orders & co",
        "AWS",
        "us-east-2",
        ["a", "b"],
    )
    assert models.AccessList().enabled is None
    assert convert.structure({"configurations": {"accessListEnabled": True}}, models.AccessList).enabled is True


def test_dictionaries_have_the_names_of_python_or_of_the_service() -> None:
    database = read()
    assert database.to_dict()["creation_time"] == "2026-11-01T20:08:41Z"
    assert database.to_dict(names="wire")["info"]["cloudProvider"] == "AWS"
    assert "addedLater" not in database.to_dict(names="wire")
    assert database.to_dict(names="wire", reveal_secrets=True)["addedLater"] == CANARY
    with pytest.raises(ValueError, match="names must be 'python' or 'wire', not 'camel'"):
        database.to_dict(names="camel")  # type: ignore[arg-type]


def test_rows_of_a_class_have_the_same_keys() -> None:
    bare, whole = read({"id": "1"}), read()
    page = Page([bare, whole])

    first, second = page.records()
    assert list(first) == list(second)
    assert second["info.name"] == "<b>orders & co"
    assert second["info.keyspaces"] == ["a", "b"]
    assert second["creation_time"] == datetime(2026, 11, 1, 20, 8, 41, tzinfo=UTC)
    assert json.loads(second["info.datacenters"])[0]["secure_bundle_url"] == "**********"
    assert (first["info.datacenters"], first["storage.node_count"]) == (None, None)


class Cells(HTMLParser):
    """The texts of the cells of a table."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def cells(html: str) -> Iterator[str]:
    parser = Cells()
    parser.feed(html)
    assert set(parser.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "caption"}
    yield from parser.texts


def test_notebooks_show_a_table_in_which_texts_are_escaped() -> None:
    assert list(cells(read()._repr_html_())) == [
        *("id", "9c531886-ddde-401d-bc0f-a708394975c2", "name", "<b>orders & co", "status", "ACTIVE"),
        *("cloud_provider", "AWS", "region", "us-east-2"),
    ]
    page = Page([read(), read({"id": "2"})])
    assert list(cells(page._repr_html_()))[:5] == ["id", "name", "status", "cloud_provider", "region"]
    assert "and 20 more" in list(cells(Page([read()] * 120)._repr_html_()))
    assert list(cells(Page[models.Database]()._repr_html_())) == ["no items"]


def test_pydantic_takes_models_as_they_are() -> None:
    class Answer(pydantic.BaseModel):
        """What a web service of the user answers."""

        database: models.Database

    answer = Answer(database=read())
    assert answer.model_dump()["database"] == read().to_dict()
    assert CANARY not in answer.model_dump_json()
    assert Answer.model_validate({"database": DATABASE}).database == read()
    with pytest.raises(pydantic.ValidationError, match="/id must be a string, not missing"):
        Answer.model_validate({"database": {}})
    schema = pydantic.TypeAdapter(models.ScimSchema).json_schema()
    inner = schema["properties"]["attributes"]["anyOf"][0]["items"]
    assert inner["properties"]["sub_attributes"]["anyOf"][0] == {"type": "array", "items": {"type": "object"}}
    schema = Answer.model_json_schema(mode="serialization")["properties"]["database"]
    assert schema["properties"]["creation_time"] == {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
    assert schema["properties"]["info"]["properties"]["keyspaces"]["anyOf"][0] == {"type": "array", "items": {"type": "string"}}
