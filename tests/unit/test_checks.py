"""Each check returns the value or raises an error that names the argument."""

from collections.abc import Iterable

import pytest

from astra_devops._runtime import checks
from astra_devops._secret import redacted_secret


@pytest.mark.parametrize("value", [["a", "b"], ("a", "b"), iter(["a", "b"]), {"a": 1, "b": 2}.keys()])
def test_strings_become_a_list(value: Iterable[str]) -> None:
    assert checks.strings(value, "regions") == ["a", "b"]


def test_strings_may_be_empty_unless_some_are_needed() -> None:
    assert checks.strings([], "regions") == []
    with pytest.raises(ValueError, match=r"^regions must not be empty$"):
        checks.strings([], "regions", at_least=1)
    with pytest.raises(ValueError, match=r"^regions must have at least 2 items, not 1$"):
        checks.strings(["a"], "regions", at_least=2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "regions must be a list of strings, not a single string"),
        (7, "regions must be a list of strings, not int"),
        (["a", 7], r"regions\[1\] must be a string, not int"),
    ],
)
def test_what_is_not_a_list_of_strings_is_a_type_error(value: Iterable[str], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        checks.strings(value, "regions")


def test_a_blank_item_is_named_by_its_index() -> None:
    with pytest.raises(ValueError, match=r"^regions\[1\] must not be empty$"):
        checks.strings(["a", " "], "regions")


def test_an_argument_that_is_left_out_is_not_checked() -> None:
    assert checks.optional(checks.string, None, "region") is None
    assert checks.optional(checks.provider, "aws", "provider") == "AWS"
    with pytest.raises(ValueError, match=r"^region must not be empty$"):
        checks.optional(checks.string, "", "region")


def test_a_redacted_secret_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^password must not be empty or redacted$"):
        checks.secret(redacted_secret(), "password")


def test_positive_numbers_are_not_booleans() -> None:
    with pytest.raises(TypeError, match="timeout"):
        checks.positive(True, "timeout")


def test_loopback() -> None:
    assert checks.is_loopback("127.8.8.8")
    assert not checks.is_loopback("10.0.0.1")
    assert not checks.is_loopback("example.com")


@pytest.mark.parametrize("name", ["Authorization", "authorization", "Host", "Content-Length"])
def test_headers_of_ours_are_not_the_users_to_set(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        checks.headers({name: "x"})


def test_headers_cannot_be_smuggled() -> None:
    with pytest.raises(ValueError, match="line breaks"):
        checks.headers({"x-team": "a\r\nAuthorization: b"})


@pytest.mark.parametrize("name", ["ab", "orders", "a-b_c<d>(e).f,g@h&i+j", "x" * 50])
def test_database_names_that_are_fine(name: str) -> None:
    assert checks.database_name(name) == name


@pytest.mark.parametrize("name", ["", " ", "a", "-a", "a-", "x" * 51, "a b", "ä", "a/b"])
def test_database_names_that_are_not(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        checks.database_name(name)


@pytest.mark.parametrize("name", ["", "_a", "a-b", "x" * 49, "system", "DSE"])
def test_keyspace_names_that_are_not(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        checks.keyspace_name(name)


def test_providers_in_any_case() -> None:
    assert checks.provider("aws") == "AWS"
    with pytest.raises(ValueError, match="cloud_provider"):
        checks.provider("ibm")


def test_integers_are_not_booleans() -> None:
    with pytest.raises(TypeError, match="capacity_units"):
        checks.integer(True, "capacity_units", 1, 100)
    with pytest.raises(ValueError, match="capacity_units"):
        checks.integer(101, "capacity_units", 1, 100)


@pytest.mark.parametrize("value", ["a", "a b", "ä/?#", "%2e", "..."])
def test_identifiers_that_are_fine(value: str) -> None:
    assert checks.identifier(value, "database_id") == value


@pytest.mark.parametrize("value", ["", " ", ".", "..", "a\n", "\x00", "\x7f", "\ud800"])
def test_identifiers_that_are_not(value: str) -> None:
    with pytest.raises(ValueError, match=r"^database_id must not"):
        checks.identifier(value, "database_id")


@pytest.mark.parametrize("value", ["a\x00b", "\ud83d"])
def test_a_text_must_be_sendable(value: str) -> None:
    with pytest.raises(ValueError, match=r"^description must not contain"):
        checks.text(value, "description")
    assert checks.text("😀\n", "description") == "😀\n"


@pytest.mark.parametrize("value", [0, 1, "true", None, []])
def test_flags_are_bools(value: bool) -> None:
    with pytest.raises(TypeError, match=r"^classic must be True or False, not "):
        checks.flag(value, "classic")


@pytest.mark.parametrize("value", [b"ab", {"a": 1}, 5, None, object()])
def test_what_is_no_list_is_named(value: Iterable[str]) -> None:
    with pytest.raises(TypeError, match=r"^regions must be a list of strings, not "):
        checks.strings(value, "regions")


def test_numbers_that_no_float_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="timeout"):
        checks.positive(10**400, "timeout")
    assert checks.not_negative(0, "base_delay") == 0
    with pytest.raises(TypeError, match="base_delay"):
        checks.not_negative(False, "base_delay")


def test_a_blank_secret_is_refused_and_not_shown() -> None:
    for value in (" ", "hunter2\x00", "hunter2\ud800"):
        with pytest.raises(ValueError, match="password") as caught:
            checks.secret(value, "password")
        assert "hunter2" not in str(caught.value)
