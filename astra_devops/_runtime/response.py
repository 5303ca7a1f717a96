"""Turning answers of the service into values and errors. Pure functions."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

from astra_devops import errors
from astra_devops._json.convert import ShapeError, structure
from astra_devops._json.model_types import allows_null
from astra_devops._json_bytes import codec
from astra_devops._runtime import explain
from astra_devops._runtime.call import Answer, Call, Operation
from astra_devops._runtime.details import join
from astra_devops._runtime.outcome import RawAnswer, Refused
from astra_devops._runtime.request import secrets_of
from astra_devops._secret import SecretBytes, printable, redact

T = TypeVar("T")

_LONGEST_MESSAGE: Final = 500
_LONGEST_ECHO: Final = 64 * 1024
_LONGEST_CONTENT_TYPE: Final = 100
_LONGEST_WORDS: Final = 1_000
# Of nginx ingress, Go's default handler, Envoy, HAProxy, Kong, Cloudflare and Heroku.
_WORDS_OF_PROXIES: Final = (
    rb"(?i)default backend|\b404\W+(?:page )?not found\b|\bno (?:healthy )?upstream\b|\bupstream (?:connect|request)"
    rb"|\bno (?:matching )?route\b|\bno (?:\w+ )?backend\b|\bbad gateway\b|\bgateway time-?out\b|\bservice unavailable\b|\bcloudflare\b"
    rb"|\bno such app\b"
)
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 9000
_BY_STATUS: Final[Mapping[int, type[errors.APIStatusError]]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    422: errors.UnprocessableError,
    429: errors.RateLimitedError,
}
# What the service says by these is about the resource or the token.
_ABOUT_RESOURCES: Final = frozenset({401, 403, 404, 409, 410})


def read_answer(call: Call[T], answer: RawAnswer, attempts: int) -> Answer[T]:
    """Decode a successful answer.

    Raises:
        ResponseDecodeError: The body does not match the contract.
    """
    # No exception is raised where the body is, or an exception about it: debuggers show both.
    value: Any = None
    if call.result is not None:
        value, pointer, problem = _structured(call, answer)
        if problem is not None:
            raise _decode_error(call, answer, pointer, problem)
    return Answer(value=value, status=answer.status, headers=answer.headers, attempts=attempts)


def undocumented(call: Call[Any], answer: RawAnswer) -> errors.ResponseDecodeError:
    """Return the exception for a success that the operation is not documented to answer with."""
    return _decode_error(call, answer, None, f"is not to be trusted: the operation answers {_statuses(call.operation)}")


def impostor(call: Call[Any], answer: RawAnswer) -> str | None:
    """Return why a 2xx cannot be the service's answer to a write; None if it can be.

    Proxies, portals and maintenance pages answer 200, too. What has no documented status, or a body
    that is neither empty nor JSON, does not say that the service has done anything.
    """
    if answer.status not in call.operation.success:
        return f"status {answer.status}, while the operation answers {_statuses(call.operation)}"
    if answer.oversized:
        return "a body that is larger than this client accepts"
    if is_html(answer):
        return f"status {answer.status} with {_describe_body(answer, secrets_of(call))}"
    if answer.body.strip() in (b"", b"null") and call.result is not None and not allows_null(call.result):
        return f"status {answer.status} with {_describe_body(answer, ())}"
    # A compressed body that was cut short is the service's own; decoding decides about it.
    if not answer.body or call.result is str or "content-encoding" in answer.headers or _is_json(answer.body):
        return None
    return f"status {answer.status} with {_describe_body(answer, secrets_of(call))}"


def _statuses(operation: Operation) -> str:
    return " or ".join(map(str, sorted(operation.success)))


def _is_json(body: bytes) -> bool:
    try:
        codec.loads(body)
    except codec.JSONDecodeError:
        return False
    return True


def is_damaged(answer: RawAnswer, error: errors.ResponseDecodeError) -> bool:
    """Return whether a success cannot be decoded because its compressed body was cut short.

    aiohttp does not always notice, and then returns what it could decompress.
    """
    return "content-encoding" in answer.headers and error.pointer is None and not answer.oversized


def _structured(call: Call[Any], answer: RawAnswer) -> tuple[Any, str | None, str | None]:
    """Return the value of a body; or the place in it that is wrong, if it is JSON, and why."""
    try:
        document = codec.loads(answer.body) if answer.body else None
    except codec.JSONDecodeError:
        if call.result is str and not answer.oversized and not is_html(answer):
            return answer.body.decode(errors="replace"), None, None
        if answer.oversized:
            return None, None, "is larger than this client accepts"
        return None, None, f"is not JSON but {_describe_body(answer, secrets_of(call))}"
    try:
        return structure(document, call.result), None, None
    except ShapeError as error:
        return None, error.pointer, f"must be {error.expected}, not {error.actual}" if answer.body else "is empty"


def _decode_error(call: Call[Any], answer: RawAnswer, pointer: str | None, problem: str) -> errors.ResponseDecodeError:
    operation = call.operation
    place = f" at {pointer}" if pointer else ""
    return errors.ResponseDecodeError(
        f"{operation.method} {operation.path} answered {answer.status}, but the body{place} {problem}",
        operation=operation.id,
        status=answer.status,
        pointer=pointer,
        body=SecretBytes(answer.body),
        request_id=answer.request_id,
    )


def read_error(
    operation: Operation,
    target: str,
    refused: Refused,
    attempts: int,
    secrets: Iterable[str] = (),
    *,
    call: Call[Any] | None = None,
    origin: str = "",
) -> errors.APIStatusError:
    """Return the exception for an error status, whatever the body looks like.

    ``target`` is the path that was sent, and ``secrets`` are those that the request contained.
    ``call`` and ``origin`` say what was asked for, and where, for an explanation.
    """
    answer = refused.answer
    document = _json_or_none(answer.body)
    details = tuple(errors.ErrorDetail(number, _shown(text, secrets)) for number, text in _details(document, answer))
    from_proxy = answer.status in _ABOUT_RESOURCES and is_from_proxy(answer.headers.get("content-type", ""), answer.body)
    missing_permission = not from_proxy and (answer.status == 403 or (answer.status == 401 and answer.body.strip() == b"null"))
    cls = errors.PermissionDeniedError if missing_permission else _BY_STATUS.get(answer.status)
    if cls is errors.ConflictError:
        cls = explain.conflict_class(operation, "; ".join(detail.message for detail in details))
    if from_proxy:
        cls = errors.APIStatusError
    elif cls is None:
        cls = errors.ServerError if answer.status >= 500 else errors.APIStatusError
    summary = "; ".join(map(_describe_detail, details)) or _describe_body(answer, secrets)
    if missing_permission:
        hints = [f"the operation needs {' or '.join(operation.permissions)}"] if operation.permissions else []
    elif from_proxy:
        hints = ["this is the answer of a proxy in front of the service, which has not answered itself"]
    else:
        hints = explain.hints(operation, answer.status, details, call, origin)
    return cls(
        join([f"{operation.method} {redact(target.partition('?')[0], secrets)} answered {answer.status}: {summary}", *hints]),
        operation=operation.id,
        status=answer.status,
        errors=details,
        body=SecretBytes(answer.body),
        headers={name.lower(): printable(redact(value, secrets)) for name, value in answer.headers.items() if name.lower() != "set-cookie"},
        request_id=answer.request_id,
        permissions=operation.permissions,
        attempts=attempts,
        retry_after=refused.retry_after,
    )


def retry_after(answer: RawAnswer, now: datetime) -> float | None:
    """Return the seconds of ``Retry-After``, a number or a date; None if it is neither."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = _http_date(text)
        return max(0.0, (moment - now).total_seconds()) if moment else None
    return None if math.isnan(seconds) else seconds


def server_time(answer: Answer[object], fallback: datetime) -> datetime:
    """Return the service's time from the ``Date`` header, or ``fallback`` without a valid one."""
    return _http_date(answer.headers.get("date", "")) or fallback


def date_of(answer: Answer[object]) -> datetime | None:
    """Return the service's time from the ``Date`` header, or None without a valid one."""
    return _http_date(answer.headers.get("date", ""))


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return None
    # Callers add to it and take from it, which fails at the ends of the calendar.
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _json_or_none(body: bytes) -> object:
    try:
        return codec.loads(body)
    except codec.JSONDecodeError:
        return None


def _details(document: object, answer: RawAnswer) -> list[tuple[int | None, str]]:
    """Return the error numbers and messages from a body of any shape that the service uses."""
    match document:
        case {"errors": list(items)}:
            return [_detail(item) for item in items]
        case {"message": str(text)} | {"detail": str(text)} | {"error": str(text)} | str(text):
            return [(None, text)]
        case dict() | list():
            return []
    if document is None and answer.body.strip() not in (b"", b"null") and not is_html(answer):
        return [(None, answer.body[:_LONGEST_ECHO].decode(errors="replace").strip())]
    return []


def _detail(item: object) -> tuple[int | None, str]:
    if not isinstance(item, dict):
        return (None, str(item))
    folded = {str(key).lower(): value for key, value in item.items()}
    number = folded.get("id")
    if isinstance(number, str) and number.isdecimal():
        number = int(number)
    return (number if isinstance(number, int) else None, str(folded.get("message") or "no message"))


def _describe_detail(detail: "errors.ErrorDetail") -> str:
    return detail.message if detail.id is None else f"{detail.message} (id {detail.id})"


def _shown(text: str, secrets: Iterable[str]) -> str:
    """Return a text of the service on one line, without secrets, and cut if it is long."""
    # Cutting comes last: half a secret would not be recognized.
    text = printable(redact(text[:_LONGEST_ECHO], secrets))
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "..."


def is_html(answer: RawAnswer) -> bool:
    """Return whether an answer is a page of HTML, which the service never sends."""
    return _is_html(answer.headers.get("content-type", ""), answer.body)


def _is_html(content_type: str, body: bytes) -> bool:
    return "html" in content_type.lower() or bool(re.match(rb"\s*<(!doctype|html)", body, re.IGNORECASE))


def is_from_proxy(content_type: str, body: bytes) -> bool:
    """Return whether an error status comes from a proxy or gateway in front of the service.

    Then it says nothing about a resource: the service has not seen the request. Such answers are
    HTML, or a few words about the path or the backend of the proxy.
    """
    return _is_html(content_type, body) or bool(len(body) <= _LONGEST_WORDS and re.search(_WORDS_OF_PROXIES, body))


def _describe_body(answer: RawAnswer, secrets: Iterable[str]) -> str:
    if not answer.body:
        return "an empty body"
    if answer.body.strip() == b"null":
        return "no explanation (body null)"
    if is_html(answer):
        title = re.search(rb"<title>\s*(.{1,100}?)\s*</title>", answer.body, re.IGNORECASE | re.DOTALL)
        return "an HTML page" + (f" titled {redact(title.group(1).decode(errors='replace'), secrets)!r}" if title else "")
    content_type = printable(redact(answer.headers.get("content-type", "an unnamed type"), secrets))[:_LONGEST_CONTENT_TYPE]
    return f"{len(answer.body)} bytes of {content_type}"
