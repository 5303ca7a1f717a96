"""Secrets are not shown, pickled or copied, and are masked in texts."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from astra_devops._secret import MASK, Extra, Secret, SecretBytes, printable, redact


def test_a_secret_is_shown_only_on_request() -> None:
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r}", format(secret), repr([secret]), repr({"a": secret})):
        assert "hunter2" not in shown


@pytest.mark.parametrize("through", [lambda value: pickle.loads(pickle.dumps(value)), copy.copy, copy.deepcopy])
@pytest.mark.parametrize("value", [Secret("hunter2"), SecretBytes(b"hunter2")])
def test_secrets_are_pickled_and_copied_redacted(value: Any, through: Callable[[Any], Any]) -> None:
    twin = through(value)
    assert twin != value
    with pytest.raises(ValueError, match="redacted"):
        twin.reveal()
    assert b"hunter2" not in pickle.dumps(value)


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert hash(Secret("a")) == hash(Secret("a"))
    assert SecretBytes(b"a") == SecretBytes(b"a")
    assert bool(Secret("a"))
    assert not Secret("")


def test_a_secret_must_be_a_string() -> None:
    with pytest.raises(TypeError, match="value must be a string, not int"):
        Secret(1)


def test_extra_is_not_pickled() -> None:
    assert pickle.loads(pickle.dumps(Extra({"password": "hunter2"}))) == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("token AstraCS:abc:def is bad", f"token {MASK} is bad"),
        ("Authorization: Bearer abc.def", f"Authorization: {MASK}"),
        ("https://h/b.zip?X-Amz-Expires=300&X-Amz-Signature=abc", f"https://h/b.zip?X-Amz-Expires=300&{MASK}"),
        ("url='http://me:hunter2@127.0.0.1:3128'", f"url='http://{MASK}@127.0.0.1:3128'"),
        ("http://me:hunter2@[bad", f"http://{MASK}@[bad"),
        ("http://hunter2@proxy", f"http://{MASK}@proxy"),
        ("http://me:hun/ter2@proxy:1/", f"http://{MASK}@proxy:1/"),
        ("http://me:hunt@er2@proxy", f"http://{MASK}@proxy"),
        ("me:hunter2@proxy:3128 refused", f"{MASK}@proxy:3128 refused"),
        (r"http:\/\/me:hunter2@proxy", rf"http:\/\/{MASK}@proxy"),
        ("https://host:8080/users/ann@example.com", "https://host:8080/users/ann@example.com"),
        ("http://[::1]:8080/a@b", "http://[::1]:8080/a@b"),
        ("ann@example.com is no user", "ann@example.com is no user"),
        ("nothing here", "nothing here"),
    ],
)
def test_redact_masks_what_looks_like_a_credential(text: str, left: str) -> None:
    assert redact(text) == left


@pytest.mark.parametrize("secret", ['hunter2-"quoted"', "back\\slash\t", "<tag>&pw", "päss", "wörd"])
@pytest.mark.parametrize("times", [0, 1, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("go", [True, False])
def test_redact_knows_a_secret_however_it_is_escaped(secret: str, times: int, ascii_only: bool, go: bool) -> None:
    echoed = secret
    for _ in range(times):
        echoed = json.dumps(echoed, ensure_ascii=ascii_only)[1:-1]
        if go:
            echoed = echoed.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    assert redact(f"bad value {echoed}!", [secret]) == f"bad value {MASK}!"


def test_a_text_that_echoes_a_short_secret_is_masked_as_a_whole() -> None:
    assert redact("topic must be text, not p", ["p"]) == f"{MASK} (masked because it echoes a secret)"


def test_redact_masks_what_it_is_given() -> None:
    assert redact("hunter2 is wrong", ["hunter2", ""]) == f"{MASK} is wrong"


def test_what_could_break_a_line_or_command_a_terminal_is_escaped() -> None:
    assert printable("one\ntwo\x1b[31m\u202e\u2028\x85\ud800") == r"one\ntwo\x1b[31m\u202e\u2028\x85\ud800"
    assert printable("päss wörd 日本\xa0😀") == "päss wörd 日本\xa0😀"
