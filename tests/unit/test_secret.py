"""Nothing that shows a value shows a secret one."""

import copy
import json
import pickle

import pytest

from astra_devops._secret import MASK, Extra, Secret, SecretBytes, redact


def test_a_secret_shows_itself_only_when_asked():
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r}", format(secret), repr([secret]), repr({"a": secret})):
        assert "hunter2" not in shown


@pytest.mark.parametrize("through", [lambda value: pickle.loads(pickle.dumps(value)), copy.copy, copy.deepcopy])
@pytest.mark.parametrize("value", [Secret("hunter2"), SecretBytes(b"hunter2")])
def test_secrets_travel_redacted(value, through):
    twin = through(value)
    assert twin != value
    with pytest.raises(ValueError, match="redacted"):
        twin.reveal()
    assert b"hunter2" not in pickle.dumps(value)


def test_secrets_compare_by_value():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert hash(Secret("a")) == hash(Secret("a"))
    assert SecretBytes(b"a") == SecretBytes(b"a")
    assert bool(Secret("a"))
    assert not Secret("")


def test_a_secret_must_be_a_string():
    with pytest.raises(TypeError, match="value must be a str, not int"):
        Secret(1)


def test_extra_is_not_pickled():
    assert pickle.loads(pickle.dumps(Extra({"password": "hunter2"}))) == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("token AstraCS:abc:def is bad", f"token {MASK} is bad"),
        ("Authorization: Bearer abc.def", f"Authorization: {MASK}"),
        ("https://h/b.zip?X-Amz-Expires=300&X-Amz-Signature=abc", f"https://h/b.zip?X-Amz-Expires=300&{MASK}"),
        ("nothing here", "nothing here"),
    ],
)
def test_redact_masks_what_looks_like_a_credential(text, left):
    assert redact(text) == left


@pytest.mark.parametrize("secret", ['hunter2-"quoted"', "back\\slash\t", "<tag>&pw", "päss", "wörd"])
@pytest.mark.parametrize("times", [0, 1, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("go", [True, False])
def test_redact_knows_a_secret_however_it_is_escaped(secret, times, ascii_only, go):
    echoed = secret
    for _ in range(times):
        echoed = json.dumps(echoed, ensure_ascii=ascii_only)[1:-1]
        if go:
            echoed = echoed.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    assert redact(f"bad value {echoed}!", [secret]) == f"bad value {MASK}!"


def test_a_text_that_echoes_a_short_secret_is_withheld():
    assert redact("topic must be text, not p", ["p"]) == f"{MASK} (withheld: it echoes a secret)"


def test_redact_masks_what_it_is_given():
    assert redact("hunter2 is wrong", ["hunter2", ""]) == f"{MASK} is wrong"
