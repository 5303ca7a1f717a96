"""Reading and writing JSON, with and without orjson."""

import json
import subprocess
import sys

import pytest

from astra_devops._json_bytes import codec, reading, writing


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "expected a value: line 1 column 1 (char 0)"),
        (b"[1,\n 2,x]", "expected a value: line 2 column 4 (char 7)"),
        (b"[1,]", "expected a value: line 1 column 4 (char 3)"),
        (b"[1 2]", "expected ',' or ']': line 1 column 4 (char 3)"),
        (b'{"a": 1 "b"}', "expected ',' or '}': line 1 column 9 (char 8)"),
        (b'{"a": 1,}', "expected a key in double quotes: line 1 column 9 (char 8)"),
        (b'{"a" 1}', "expected ':': line 1 column 6 (char 5)"),
        (b"{} {}", "unexpected text after the document: line 1 column 4 (char 3)"),
        (b"[NaN]", "expected a value: line 1 column 2 (char 1)"),
        (b"[-1e999]", "number is too large: line 1 column 2 (char 1)"),
        (rb'["\ud800"]', "half of a surrogate pair in a string: line 1 column 2 (char 1)"),
        (b"[" * 2000, "nested too deeply: line 1 column 1025 (char 1024)"),
        (b"\xff", "not valid UTF-8: line 1 column 1 (char 0)"),
        ("\ufeff1", "expected a value: line 1 column 1 (char 0)"),
    ],
)
def test_a_problem_is_named_with_its_place(document: bytes | str, message: str) -> None:
    with pytest.raises(codec.JSONDecodeError):
        codec.loads(document)
    assert reading.problem(document) == message


def test_bytes_are_compact_utf8() -> None:
    value = {"b": [1, 2.5, 1e-7, None, True], "a": "é\u2028/\x1f"}
    for dumps in (codec.dumps, writing.dumps):
        assert dumps(value) == '{"b":[1,2.5,1e-7,null,true],"a":"é\u2028/\\u001f"}'.encode()


def test_indented_bytes_are_for_people() -> None:
    value = {"b": [1, {}], "a": []}
    for dumps in (codec.dumps_indented, writing.dumps_indented):
        assert dumps(value) == json.dumps(value, indent=2).encode()


def test_the_standard_library_serves_where_orjson_cannot_be_imported() -> None:
    program = (
        "import sys; sys.modules['orjson'] = None\n"
        "import astra_devops; astra_devops.AsyncAstraDevOps\n"
        "from astra_devops._json_bytes import codec, reading, writing\n"
        "assert (codec.loads, codec.dumps, codec.dumps_indented) == (reading.loads, writing.dumps, writing.dumps_indented)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
