"""The standard library reads and writes as orjson does. Run only where orjson is installed."""

import dataclasses
import enum
import json
import re
import sys
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops._json_bytes import codec, reading, writing


def type_name(value: object) -> str:
    return type(value).__name__


def outcome(call: Callable[..., Any], *arguments: object) -> tuple[str, object]:
    """Return the type and value of a result in one form, or the kind of error."""
    try:
        result = call(*arguments)
    except json.JSONDecodeError:
        return "JSONDecodeError", None
    except TypeError as error:
        return "TypeError", re.sub(r"\w+\.", "", str(error))
    return "result", result


def typed(value: object) -> object:
    """Return a form of a document that shows what == does not: types, order, the sign of zero."""
    shown: list[object] = []
    todo = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            shown.append(("dict", list(node)))
            todo.extend(node.values())
        elif isinstance(node, list):
            shown.append(("list", len(node)))
            todo.extend(node)
        else:
            shown.append((type(node), repr(node)))
    return shown


def read_with(loads: Callable[..., Any], document: object) -> object:
    kind, value = outcome(loads, document)
    return kind, typed(value)


def assert_read_alike(document: object) -> None:
    expected = read_with(orjson.loads, document)
    assert read_with(reading.loads, document) == expected
    if isinstance(document, bytes | str):
        refused = expected[0] == "JSONDecodeError"  # type: ignore[index]
        assert (reading.problem(document) != "cannot be parsed") == refused
        try:
            text = document if isinstance(document, str) else document.decode()
            text.encode()
        except UnicodeError:
            return
        # The exact reader, which serves when the scanner of the standard library does not.
        assert read_with(reading._parse, text) == expected


def without_plus(written: bytes) -> bytes:
    """Return JSON with its exponents in one form: old releases of orjson omit their plus."""
    return written.replace(b"e+", b"e")


def assert_written_alike(value: object) -> None:
    for mine, theirs in ((writing.dumps, orjson.dumps), (writing.dumps_indented, codec.dumps_indented)):
        kind, written = outcome(mine, value)
        expected_kind, expected = outcome(theirs, value)
        if isinstance(written, bytes) and isinstance(expected, bytes):
            written, expected = without_plus(written), without_plus(expected)
        assert (kind, written) == (expected_kind, expected)


def test_orjson_serves_where_it_is_installed() -> None:
    assert (codec.loads, codec.dumps) == (orjson.loads, orjson.dumps)
    assert issubclass(orjson.JSONDecodeError, codec.JSONDecodeError)


LITERALS = "NaN Infinity -Infinity nan true false null True nul nulls truefalse tru t undefined"
NUMBERS = """
0 -0 -0.0 00 01 -01 - --1 +1 .5 1. 1.e1 1e 1e+ 0x1 1_0 1e5 1E+5 0e0 1e-5 1e999 -1e999 1e-999 1e308 1.7976931348623159e308
1.797693134862315807e308 2.5e-324 5e-324 0e999 1e0005 9007199254740993.0 1.00000000000000011102230246251565404236316680908203125
"""
LARGE_NUMBERS = [
    *(str(number + step) for number in (2**53, 2**63, 2**64, -(2**63), -(2**64), 10**19, 10**20) for step in (-1, 0, 1)),
    *("1" * 300, "1" * 400, "1" * 5000, "-" + "9" * 5000, "1" + "0" * 308, "1" + "0" * 309, "0." + "0" * 400 + "1e400"),
    *("1" * 4400 + "e-4300", "1" * 4400 + ".5", "\u0661", "1\u0661", "\uff11"),
]
ESCAPES = r"""
\ud800 \udc00 \ud83d\ude00 \uD83D\uDE00 \ud83d\\ude00 \\ud800 \\\ud800 \ud83d\ud83d\ude00 \ude00\ud83d \ud83dx \ud83d\n \ud83d
\uDFFF \ud7ff \ue000 \ud83d\u12 \ud83d\u \ud83d\u0041 \u0000 \u12 \u+123 \u0x12 \u1_23 \U0041 \u00e9 \/ \x \a \b\f\n\r\t\"\\ \ \\
\ud8 \u \ud83d\\\ude00 \\\\ud800\ud800
"""
STRINGS = [
    *(f'"{escape}"' for escape in ESCAPES.split()),
    *(f'{{"{escape}": 1}}' for escape in ESCAPES.split()),
    *(f'"{chr(code)}"' for code in (*range(0x21), 0x7F, 0x80, 0x85, 0x2028, 0xFEFF, 0xFFFF, 0x10FFFF)),
    *(f'{{"{chr(code)}": 1}}' for code in (0, 9, 10)),
    *(r'["\ud800", 1]', r'{"a": "\ud800", "a": 1}', r'"\u 123"', '"', '"a', '""', "'a'", '"a"b"'),
]
STRUCTURES = """\

1 2
{} x
[ ]
 [ 1 , 2 ]
{ }
[1 2]
{"a" :1 , "b":[ ]}
{"a" 1}
{"a":1 "b":2}
// c
[1/**/]
[[], {}, [[]], {"a": {}}]
[1,
2,x]
"\u00e9" x
"""
SHORT_STRUCTURES = """
[]] [ ] { } [1 [1, {"a" {"a": {"a":1 {"a":1, {,} [,] [1,] [1,,2] {"a":1,} {a:1} {'a':1} {1:2} {"a":1] [1} {"a":} {:1} # 1,2 :
{"a":1,"b":2,"a":3} {"":1} {"a":1e999,"a":1} {"a":NaN,"a":1} {"a"} {"a",1} {"a":1,2} ["a":1] [[[]]] {{}} [{]}
"""
SPACES = [" ", "\n1\r\t ", "\x0b1", "1\x0b", "\x0c1", "\xa01", "1\x00", "\x001", "\ufeff1", "1\u2028", "\n\n[1,\n 2,x]", "[1]\n[2]"]
TEXTS = [*LITERALS.split(), *NUMBERS.split(), *LARGE_NUMBERS, *STRINGS, *STRUCTURES.splitlines(), *SHORT_STRUCTURES.split(), *SPACES]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:40])
def test_a_document_is_read_alike(text: str) -> None:
    for document in (text, f"[{text}]", f'{{"a": {text}}}', f" {text}\n", f'[{text}, "x"]'):
        assert_read_alike(document)
        assert_read_alike(document.encode())


@pytest.mark.parametrize(
    "document",
    [
        *(b'"\xff"', b"\xff"),
        *(b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b'"\xe2\x82"', b'{"\xff": 1}', b"1\xff", b"\xef\xbb\xbf1"),
        *('"\ud800"', "\ud800", '{"\udc00": 1}'),
        *("{}".encode(coding) for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig")),
        *(bytearray(b"[1]"), memoryview(b"[1]"), memoryview(b"1 2 3")[::2], None, 1, [b"1"]),
    ],
    ids=type_name,
)
def test_bytes_and_their_encoding_are_taken_alike(document: object) -> None:
    assert_read_alike(document)


@pytest.mark.parametrize("depth", [1, 200, 900, 1000, 1023, 1024, 1025, 1026, 3000, 100_000])
@pytest.mark.parametrize(
    ("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[1,{"[{":', "}]"), ("[", ""), ("[[],", "]"), ('["{[\\"",', "]")]
)
def test_documents_are_nested_as_deeply(depth: int, opening: str, closing: str) -> None:
    for inner in ("1", "[]", "{}", "NaN"):
        assert_read_alike(opening * depth + inner + closing * depth)
    assert_read_alike(f'{{"a": {opening * depth}1{closing * depth}, "a": 1}}')


def test_many_brackets_are_no_depth() -> None:
    assert_read_alike("[" + ",".join(["[[],{}]"] * 2000) + "]")
    assert_read_alike(json.dumps("[" * 3000))
    assert_read_alike(json.dumps(['\\"[' * 3000, {"[" * 3000: '"'}]))


def test_a_deep_document_is_read_far_down_the_stack() -> None:
    document = b"[" * 800 + b"]" * 800

    def read_below(frames: int) -> object:
        return read_below(frames - 1) if frames else typed(reading.loads(document))

    assert read_below(sys.getrecursionlimit() // 2) == typed(orjson.loads(document))


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**66), 2**66) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 0, 2, "\t"]))
def test_any_document_is_read_alike(value: object, ascii_only: bool, indent: Any) -> None:
    assert_read_alike(json.dumps(value, ensure_ascii=ascii_only, indent=indent))


@given(DOCUMENTS, st.data())
def test_any_damaged_document_is_read_alike(value: object, data: st.DataObject) -> None:
    text = json.dumps(value)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    assert_read_alike(text[:start] + data.draw(st.text(alphabet='[]{}",:\\ud8ec0-+.N \n', max_size=3)) + text[end:])


@given(st.text(alphabet='[]{}",:\\ud8ec019-+.Ntrfasln \n') | st.binary())
def test_any_text_is_read_alike(text: str | bytes) -> None:
    assert_read_alike(text)


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Float(float):
    pass


class Dict(dict[str, Any]):
    pass


class List(list[Any]):
    pass


class Tuple(tuple[Any, ...]):
    __slots__ = ()


class Moment(datetime):
    pass


class Choice(enum.Enum):
    ONE = 1
    TEXT = "x"
    BOTH = (1, [2])
    ODD = object()


class TextChoice(enum.StrEnum):
    A = "a"


class NumberChoice(enum.IntEnum):
    THREE = 3


Named = namedtuple("Named", "a")


@dataclasses.dataclass
class Point:
    x: int = 1
    inner: Any = None
    _hidden: int = 2


@dataclasses.dataclass(slots=True)
class Slotted:
    x: int = 1
    _hidden: int = 2


FLOATS = [
    *(0.0, -0.0, 0.1, 100.0, 1e15, 1e16, 1.5e16, 123456789012345678.0, 1e21, 1e22, 1e100, 1.7976931348623157e308, 5e-324),
    *(sign * digits * 10.0**-exponent for sign in (1, -1) for digits in (1, 1.5, 1.23456789, 9.999) for exponent in range(1, 13)),
    *(float("nan"), float("inf"), float("-inf")),
]
WRITTEN = [
    *FLOATS,
    *(2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 2**70, True, False, None, 0, -1),
    *(Text("a"), Number(5), Number(2**70), Float(1.5), Dict(a=1), List([1]), Tuple((1,)), (1, (2,), ()), Named(1), OrderedDict(a=1)),
    *(b"a", bytearray(b"a"), memoryview(b"a"), {1}, frozenset(), range(3), object(), 1j, Decimal(1), timedelta(1), Point, iter([])),
    *({1: 2}, {None: 1}, {Text("k"): 1}, {TextChoice.A: 1}, {"\ud800": 1}, "\ud800", ["a\udfff"], Text("\ud800")),
    *(*Choice, TextChoice.A, NumberChoice.THREE, UUID(int=5), Point(), Point(inner=[Point()]), Slotted()),
    *(datetime(2020, 1, 2, 3, 4, 5), datetime(20, 1, 2, 3, 4, 5, 6, UTC), Moment(2020, 1, 1)),
    *(date(2020, 1, 2), time(1, 2), time(1, 2, 3, 4)),
    *(datetime(2020, 1, 2, tzinfo=timezone(timedelta(hours=hours, minutes=30))) for hours in (5, -4, 0)),
    *("", [], {}, (), [[], {}], {"a": []}, {"b": 1, "a": {"d": [1, {}, {"e": None}], "c": ()}}, "é😀\u2028\x7f\x80", "/<>&'\"\\"),
    "".join(map(chr, range(0x20))),
]


@pytest.mark.parametrize("value", WRITTEN, ids=type_name)
def test_a_value_is_written_alike(value: object) -> None:
    for whole in (value, [value], {"a": value}, [{"a": [value, 1]}, value]):
        assert_written_alike(whole)


@pytest.mark.parametrize("depth", [100, 200, 253, 254, 300, 5000])
def test_values_are_nested_as_deeply(depth: int) -> None:
    array: list[Any] = []
    table: dict[str, Any] = {}
    for _ in range(depth - 1):
        array, table = [array], {"a": table}
    assert_written_alike(array)
    assert_written_alike(table)


def test_what_contains_itself_is_refused_alike() -> None:
    circle: list[Any] = []
    circle.append({"a": circle})
    assert_written_alike(circle)


@given(DOCUMENTS)
def test_any_value_is_written_alike(value: object) -> None:
    assert_written_alike(value)


@given(st.floats())
def test_any_float_is_written_alike(number: float) -> None:
    assert_written_alike(number)
