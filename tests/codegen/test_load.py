"""Reading documents."""

import pytest

from astra_devops._codegen.errors import SpecError
from astra_devops._codegen.rest.load import loads


def test_strings_that_yaml_1_1_would_convert_stay_strings() -> None:
    text = b"a: 2020-01-01\nb: on\nc: no\nd: 12:30:00\ne: 0123\nf: 1_000\ng: 2012-11-01T22:08:41Z\n"
    assert loads(text) == {
        "a": "2020-01-01",
        "b": "on",
        "c": "no",
        "d": "12:30:00",
        "e": "0123",
        "f": "1_000",
        "g": "2012-11-01T22:08:41Z",
    }


def test_scalars_have_the_types_of_yaml_1_2() -> None:
    assert loads(b"a: 1\nb: 1.5\nc: true\nd: null\ne: ~\nf: '1'\ng: -2e3\nh:\n") == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": None,
        "f": "1",
        "g": -2000.0,
        "h": None,
    }


def test_integer_keys_stay_integers_for_the_repair_to_see() -> None:
    assert loads(b"responses:\n  200: {}\n") == {"responses": {200: {}}}


def test_aliases_and_merge_keys_are_copied_in() -> None:
    assert loads(b"a: &x {k: 1}\nb: *x\nc: {<<: *x, l: 2}\n") == {"a": {"k": 1}, "b": {"k": 1}, "c": {"k": 1, "l": 2}}


def test_json_is_read_as_json() -> None:
    assert loads(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00", "b": [1, null]}') == {"a": "😀", "b": [1, None]}


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (b"a:\n  b: 1\n  b: 2\n", "/a/b"),
        (b'{"a": {"b/c": 1, "b/c": 2}}', "/a/b~1c"),
        (b"a: !!python/object/apply:os.system [x]\n", "/a"),
        (b"a: &x [*x]\n", "/a/0"),
        (b"a: !!int x\n", "/a"),
        (b"? [a]\n: 1\n", ""),
        (b"true: 1\n", ""),
        (b"- 1\n", ""),
        (b"", ""),
        (b"a: [\n", ""),
        (b"\xff\xfe", ""),
        (b'{"a": NaN}', ""),
        (b"a: {<<: 1}\n", "/a"),
    ],
)
def test_ambiguous_and_malformed_documents_are_refused(text: bytes, pointer: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(text)
    assert caught.value.pointer == pointer


def test_a_small_text_cannot_become_a_huge_document() -> None:
    lines = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 9)]
    with pytest.raises(SpecError, match="too large"):
        loads("\n".join(lines).encode())


def test_a_document_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(SpecError, match="too deeply"):
        loads(b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
