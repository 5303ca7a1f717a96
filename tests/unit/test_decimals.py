"""Money: the digits of the service stay, and no binary fraction adds to them."""

import json
import re
from decimal import Decimal
from types import NoneType
from typing import Any

import attrs
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops import models
from astra_devops._json import convert
from astra_devops._json.base_model import BaseModel
from astra_devops._json.model_types import members, model_of
from astra_devops._json.writing import unstructure
from astra_devops._json_bytes import reading, writing

DIGITS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9).map(str)
# Adding zero turns -0.0 into 0.0: the sign of nothing may get lost.
FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)


@attrs.define(kw_only=True)
class Order:
    """A request with an amount."""

    limit: Decimal | None = attrs.field(default=None, metadata={"wire": "limit"})


def cost_of(amount: object) -> models.CostBreakdown:
    document = {"orgId": "o", "clusterID": "c", "region": "r", "cost": amount}
    cost = convert.structure(document, models.CostBreakdown)
    assert isinstance(cost, models.CostBreakdown)
    return cost


@given(DIGITS)
def test_an_amount_of_fifteen_digits_is_what_the_document_says(digits: str) -> None:
    for loads, dumps in parsers():
        number, text = cost_of(loads(digits)).cost, cost_of(digits).cost
        assert (number, text) == (Decimal(digits), Decimal(digits))
        assert loads(dumps(cost_of(loads(digits)).to_dict()["cost"])) == loads(digits)


@given(FLOATS)
def test_an_amount_that_was_written_for_a_float_comes_back_as_it_was(number: float) -> None:
    for loads, dumps in parsers():
        text = dumps(number)
        cost = cost_of(loads(text))
        assert cost.cost == Decimal(text.decode())
        exported = dumps(cost.to_dict()["cost"])
        assert exported == text or (loads(exported) == number and abs(number) > 10**15)
        assert json.loads(cost.to_json())["cost"] == number


@given(FLOATS | st.integers(-(2**63), 2**64 - 1))
def test_an_exported_amount_is_read_as_the_same(number: float) -> None:
    cost = cost_of(number)
    assert cost_of(cost.to_dict()["cost"]) == cost
    assert unstructure(Order(limit=cost.cost)) == {"limit": number}


def parsers() -> list[tuple[Any, Any]]:
    """Return the functions that read and write JSON, of the standard library and of orjson."""
    orjson = pytest.importorskip("orjson")
    return [(reading.loads, writing.dumps), (orjson.loads, orjson.dumps)]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (0, "0"),
        (7, "7"),
        (0.1, "0.1"),
        (101.57878268880637, "101.57878268880637"),
        (" 12.50 ", "12.50"),
        ("101.578782688806371234567", "101.578782688806371234567"),
        ("-1e-7", "-1E-7"),
    ],
)
def test_an_amount_is_a_number_or_a_string(amount: object, expected: str) -> None:
    assert str(cost_of(amount).cost) == expected


@pytest.mark.parametrize("amount", [True, "", "free", "NaN", "Infinity", "1e999", "1_000", "١٢", [], {}])
def test_what_is_no_amount_is_kept_beside(amount: object) -> None:
    cost = cost_of(amount)
    assert (cost.cost, cost.extra) == (None, {"cost": amount})
    with pytest.raises(ValueError, match="must be a number"):
        convert.structure(amount, Decimal)


def test_true_is_not_one() -> None:
    assert cost_of(1).cost == 1
    assert cost_of(True).cost is None
    assert str(cost_of(1.0).cost) == "1.0"


def test_amounts_add_up() -> None:
    assert sum((cost_of(0.1).cost or 0 for _ in range(3)), Decimal(0)) == Decimal("0.3")


def test_whole_amounts_are_exported_as_integers_and_others_as_floats() -> None:
    exported = [cost_of(amount).to_dict()["cost"] for amount in (5, "5", 5.0, "5.50", 1e30)]
    assert [(type(amount), amount) for amount in exported] == [(int, 5), (int, 5), (float, 5.0), (float, 5.5), (float, 1e30)]


def test_rows_have_the_decimal_itself() -> None:
    row = cost_of("0.30").record()
    assert (type(row["cost"]), str(row["cost"])) == (Decimal, "0.30")


def test_an_amount_is_shown_by_its_digits() -> None:
    assert "cost=Decimal('0.30')" in repr(cost_of("0.30"))
    assert "<td>0.30</td>" in cost_of("0.30")._repr_html_()


def test_pydantic_serializes_amounts_as_numbers() -> None:
    class Answer(pydantic.BaseModel):
        """What a web service of the user answers."""

        cost: models.CostBreakdown

    assert json.loads(Answer(cost=cost_of("0.30")).model_dump_json())["cost"]["cost"] == 0.3
    schema = Answer.model_json_schema(mode="serialization")["properties"]["cost"]["properties"]["cost"]
    assert schema == {"anyOf": [{"type": "number"}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("amount", "error", "message"),
    [
        (0.5, TypeError, "body.limit must be a Decimal, not float"),
        ("0.5", TypeError, "body.limit must be a Decimal, not str"),
        (True, TypeError, "body.limit must be a Decimal, not bool"),
        (Decimal("NaN"), ValueError, "body.limit must be a finite number"),
        (Decimal("1e400"), ValueError, "body.limit must have at most 15 digits"),
        (Decimal("0.1234567890123456789"), ValueError, "body.limit must have at most 15 digits"),
    ],
)
def test_an_amount_that_cannot_be_sent_is_refused(amount: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        unstructure(Order(limit=amount))


def test_every_price_and_cost_is_a_decimal() -> None:
    classes = [cls for name in models.__all__ if isinstance(cls := getattr(models, name), type) and issubclass(cls, BaseModel)]
    amounts = [field for cls in classes for field in model_of(cls).fields if re.search("cost|price", field.name)]
    others = {shape for field in amounts for shape in members(field.shape)} - {Decimal, NoneType}
    assert len(amounts) > 15
    assert others == {models.Costs, list[models.CostBreakdown]}
