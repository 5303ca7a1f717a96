"""Text as literals and docstrings."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops._codegen.text import docstring, f_string_part, literal, literals, paragraphs, plain, sentence

ANY_TEXT = st.text(st.characters())
"""Includes surrogates, since JSON can contain half of a pair."""


@given(ANY_TEXT)
def test_a_literal_is_the_text(text: str) -> None:
    source = literal(text)
    assert source.isprintable()
    assert ast.literal_eval(source) == text


@given(st.lists(ANY_TEXT))
def test_literals_are_a_tuple_of_the_texts(texts: list[str]) -> None:
    assert ast.literal_eval(literals(texts)) == tuple(texts)


@given(ANY_TEXT, ANY_TEXT)
def test_text_in_an_f_string_stays_text(before: str, after: str) -> None:
    value = "*"
    assert eval(f'f"{f_string_part(before)}{{value}}{f_string_part(after)}"', {"value": value}) == before + value + after


@given(st.lists(ANY_TEXT, min_size=1), st.sampled_from([0, 4]))
def test_a_docstring_is_one_string(texts: list[str], indent: int) -> None:
    lines = [plain(text) for text in texts]
    source = "def f():\n    pass\n" if indent == 0 else "class C:\n"
    tree = ast.parse(source + " " * indent + docstring(lines, indent) + "\n")
    (value,) = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert isinstance(value, str)
    assert value.split() == " ".join(lines).split()


@pytest.mark.parametrize("text", ['"', '""', '"""', '""""', "\\", '\\"', "\\\\", "a\\", 'a"', "'''", '\\"""', "{{ x }}", "{% raw %}"])
def test_no_text_ends_a_docstring(text: str) -> None:
    assert ast.literal_eval(docstring([text], 0)) == text
    assert ast.literal_eval(docstring([text, "", text], 0)) == f"{text}\n\n{text}\n"


def test_control_characters_do_not_reach_a_docstring() -> None:
    assert plain("a\x00b\u202ec\u2028d\x1b[0m\r\ne\ufefff") == "a b c d [0m e f"


def test_paragraphs_are_joined_lines_and_list_items() -> None:
    assert paragraphs("one\ntwo\n\nthree\n- a\n  b\n- c\n1. d") == ["one two", "three", "- a b", "- c", "1. d"]


def test_a_sentence_ends() -> None:
    assert [sentence(text, "None given") for text in ("It is", "Is it?", "", "  ")] == ["It is.", "Is it?", "None given.", "None given."]
