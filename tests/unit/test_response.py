"""Every shape of body that the service uses becomes a value or a named error."""

from datetime import UTC, datetime

import pytest

from astra_devops import errors
from astra_devops._runtime.call import Answer, Call, Operation
from astra_devops._runtime.outcome import RawAnswer, Refused
from astra_devops._runtime.response import read_answer, read_error, retry_after, server_time
from astra_devops._secret import Extra

READ = Operation(
    id="getThing",
    method="GET",
    path="/v2/things/{id}",
    group="things",
    function="get_thing",
    success=frozenset({200}),
    retry="read",
    permissions=("org-db-view",),
)


def error_of(status: int, body: bytes, content_type: str = "application/json", **headers: str) -> errors.APIStatusError:
    return read_error(READ, "/v2/things/1?secret=2", Refused(RawAnswer(status, {"content-type": content_type, **headers}, body)), 1)


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, errors.BadRequestError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (422, errors.UnprocessableError),
        (429, errors.RateLimitedError),
        (500, errors.ServerError),
        (504, errors.ServerError),
        (418, errors.APIStatusError),
        (301, errors.APIStatusError),
    ],
)
def test_each_status_has_its_class(status: int, cls: type[errors.APIStatusError]) -> None:
    error = error_of(status, b'{"errors":[{"ID":7,"message":"no"}]}')
    assert type(error) is cls
    assert (error.status, error.errors, error.operation) == (status, (errors.ErrorDetail(7, "no"),), "getThing")


def test_the_usual_envelope_with_several_errors() -> None:
    error = error_of(422, b'{"errors":[{"ID":2000011,"message":"unsupported tier"},{"ID":2000013,"message":"unsupported region"}]}')
    assert [detail.id for detail in error.errors] == [2000011, 2000013]
    assert str(error).startswith("GET /v2/things/1 answered 422: unsupported tier (id 2000011); unsupported region (id 2000013); ")


@pytest.mark.parametrize(
    ("body", "content_type", "details"),
    [
        (b'"endpoint not found"', "application/json", [(None, "endpoint not found")]),
        (b"404 page not found", "text/plain", [(None, "404 page not found")]),
        (b'{"message":"busy"}', "application/json", [(None, "busy")]),
        (b'{"detail":"bad filter","status":"400"}', "application/scim+json", [(None, "bad filter")]),
        (
            b'{"errors":[{"message":"no id"},{"id":"12","Message":"cased"},"plain"]}',
            "application/json",
            [(None, "no id"), (12, "cased"), (None, "plain")],
        ),
        (b'{"errors":[{}]}', "application/json", [(None, "no message")]),
        (b'{"errors":null}', "application/json", []),
        (b"null", "application/json", []),
        (b"", "application/json", []),
        (b"[1]", "application/json", []),
        (b"<html><head><title>504 Gateway Time-out</title></head></html>", "text/html", []),
    ],
)
def test_other_shapes(body: bytes, content_type: str, details: list[tuple[int | None, str]]) -> None:
    assert [tuple(detail) for detail in error_of(500, body, content_type).errors] == details


def test_html_from_the_edge_is_named_by_its_title() -> None:
    assert "titled '504 Gateway Time-out'" in str(error_of(504, b"<html><title>504 Gateway Time-out</title>", "text/html"))


def test_a_401_with_null_is_a_lack_of_permission_and_names_it() -> None:
    error = error_of(401, b"null")
    assert type(error) is errors.PermissionDeniedError
    assert error.permissions == ("org-db-view",)
    assert "needs org-db-view" in str(error)


def test_what_the_service_echoes_is_masked() -> None:
    token = "AstraCS:" + "c" * 24 + ":" + "a" * 64
    raw = RawAnswer(401, {"x-echo": token}, b'{"errors":[{"ID":1,"message":"bad token %s for hunter2"}]}' % token.encode())
    error = read_error(READ, "/v2/things/1", Refused(raw), 1, secrets=["hunter2"])
    assert token not in str(error) + repr(error) + repr(error.headers) + repr(error.errors) + repr(error.__dict__)
    assert "hunter2" not in str(error)
    assert token.encode() in error.body.reveal()


def test_long_texts_are_cut() -> None:
    assert len(str(error_of(500, b"x" * 10_000, "text/plain"))) < 600


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"\x00\xff", b"{", b'{"id":1}'])
def test_an_unreadable_success_is_a_decode_error(body: bytes) -> None:
    call = Call(READ, "/v2/things/1", list[str])
    with pytest.raises(errors.ResponseDecodeError) as caught:
        read_answer(call, RawAnswer(200, {"content-type": "text/html"}, body), 1)
    assert caught.value.body.reveal() == body
    assert caught.value.status == 200


def test_the_error_has_the_place_of_a_wrong_value_but_not_the_value() -> None:
    call = Call(READ, "/v2/things/1", list[str])
    with pytest.raises(errors.ResponseDecodeError, match="/1") as caught:
        read_answer(call, RawAnswer(200, {}, b'["a", {"pin": 4711}]'), 1)
    assert caught.value.pointer == "/1"
    assert "4711" not in str(caught.value)


def test_an_empty_body_where_a_list_is_expected_is_an_empty_list() -> None:
    assert read_answer(Call(READ, "/", list[str]), RawAnswer(200, {}, b""), 1).value == []
    assert read_answer(Call(READ, "/", list[str]), RawAnswer(200, {}, b"null"), 1).value == []


def test_a_body_where_none_is_expected_is_ignored() -> None:
    assert read_answer(Call(READ, "/", None), RawAnswer(200, {}, b"<html>"), 1).value is None


def test_the_request_id_is_read() -> None:
    assert read_answer(Call(READ, "/", None), RawAnswer(200, {"x-request-id": "r-1"}, b""), 2).request_id == "r-1"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2", 2.0),
        (" 0.5 ", 0.5),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
    ],
)
def test_retry_after_as_seconds_or_date(text: str, seconds: float | None) -> None:
    assert retry_after(RawAnswer(429, {"retry-after": text}, b""), datetime(2026, 11, 23, 12, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Mon, 23 Nov 2026 12:00:30 GMT", datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 12:00:30", datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)),
        ("yesterday", datetime(2000, 1, 1, tzinfo=UTC)),
        (None, datetime(2000, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_services_time_is_in_the_date_header(date: str | None, moment: datetime) -> None:
    answer = Answer(value=None, status=200, headers={"date": date} if date else {})
    assert server_time(answer, datetime(2000, 1, 1, tzinfo=UTC)) == moment


def test_extra_shows_keys_only() -> None:
    assert repr(Extra({"password": "hunter2"})) == "Extra(password)"
