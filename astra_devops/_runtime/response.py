"""From the answer on the wire to a value or an error: pure functions."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

import attrs
import orjson

from astra_devops import errors
from astra_devops._json.convert import ShapeError, structure
from astra_devops._runtime.call import Answer, Call, Operation
from astra_devops._secret import SecretBytes, redact

T = TypeVar("T")

_REQUEST_ID_HEADERS: Final = ("x-request-id", "x-datastax-request-id", "x-amzn-requestid", "request-id")
_LONGEST_MESSAGE: Final = 500
_BY_STATUS: Final[Mapping[int, type[errors.APIStatusError]]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    422: errors.UnprocessableError,
    429: errors.RateLimitedError,
}


@attrs.frozen
class Raw:
    """An answer as it came: header names in any case, the body decompressed.

    ``oversized``: the body was cut at the size limit.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    oversized: bool = False

    @property
    def request_id(self) -> str | None:
        """The id that the service gave the request."""
        for name in _REQUEST_ID_HEADERS:
            if value := self.headers.get(name):
                return value
        return None


def read_answer(call: Call[T], raw: Raw, attempts: int) -> Answer[T]:
    """Decode a successful answer.

    Raises:
        ResponseDecodeError: the body is not what the contract says.
    """
    value: Any = None if call.result is None else _decode(call, raw)
    return Answer(value=value, status=raw.status, headers=raw.headers, request_id=raw.request_id, attempts=attempts)


def _decode(call: Call[Any], raw: Raw) -> Any:
    try:
        document = orjson.loads(raw.body) if raw.body else None
    except orjson.JSONDecodeError:
        if call.result is str and not raw.oversized:
            return raw.body.decode(errors="replace")
        what = "is larger than this client accepts" if raw.oversized else f"is not JSON but {_kind_of(raw)}"
        raise _unreadable(call, raw, None, what) from None
    try:
        return structure(document, call.result)
    except ShapeError as error:
        what = f"must be {error.expected}, not {error.found}" if raw.body else "is empty"
        pointer = error.pointer
    raise _unreadable(call, raw, pointer, what)


def _unreadable(call: Call[Any], raw: Raw, pointer: str | None, what: str) -> errors.ResponseDecodeError:
    operation = call.operation
    place = f" at {pointer}" if pointer else ""
    return errors.ResponseDecodeError(
        f"{operation.method} {operation.path} answered {raw.status}, but the body{place} {what}",
        operation=operation.id,
        status=raw.status,
        pointer=pointer,
        body=SecretBytes(raw.body),
        request_id=raw.request_id,
    )


def read_error(
    operation: Operation, target: str, raw: Raw, attempts: int, *, wait: float | None = None, secrets: Iterable[str] = ()
) -> errors.APIStatusError:
    """Make the exception for an error status, whatever the body looks like.

    ``target`` is the path as sent; ``wait`` what the service asked to wait, in seconds; ``secrets``
    what the request carried.
    """
    document = _json_or_none(raw.body)
    details = tuple(errors.ErrorDetail(number, redact(text, secrets)) for number, text in _details(document, raw))
    missing_permission = raw.status == 403 or (raw.status == 401 and raw.body.strip() == b"null")
    cls = errors.PermissionDeniedError if missing_permission else _BY_STATUS.get(raw.status)
    if cls is None:
        cls = errors.ServerError if raw.status >= 500 else errors.APIStatusError
    said = "; ".join(_worded(detail) for detail in details) or _kind_of(raw)
    hint = f"; the operation needs {' or '.join(operation.permissions)}" if missing_permission and operation.permissions else ""
    return cls(
        f"{operation.method} {redact(target.partition('?')[0], secrets)} answered {raw.status}: {said}{hint}",
        operation=operation.id,
        status=raw.status,
        errors=details,
        body=SecretBytes(raw.body),
        headers={name.lower(): redact(value, secrets) for name, value in raw.headers.items() if name.lower() != "set-cookie"},
        request_id=raw.request_id,
        permissions=operation.permissions,
        attempts=attempts,
        retry_after=wait,
    )


def retry_after(raw: Raw, now: datetime) -> float | None:
    """Read ``Retry-After`` as seconds, from a number or a date; None if it is absent or neither."""
    text = raw.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = _http_date(text)
        return max(0.0, (moment - now).total_seconds()) if moment else None
    return None if math.isnan(seconds) else seconds


def server_time(answer: Answer[object], fallback: datetime) -> datetime:
    """Return the service's time from the answer's ``Date`` header, or ``fallback`` if that is missing or malformed."""
    return _http_date(answer.headers.get("date", "")) or fallback


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json_or_none(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _details(document: object, raw: Raw) -> list[tuple[int | None, str]]:
    """Find what the service said in any of the shapes that it is known to use."""
    match document:
        case {"errors": list(items)}:
            return [_detail(item) for item in items]
        case {"message": str(text)} | {"detail": str(text)} | {"error": str(text)} | str(text):
            return [(None, _cut(text))]
        case dict() | list():
            return []
    if document is None and raw.body.strip() not in (b"", b"null") and not _is_html(raw):
        return [(None, _cut(raw.body.decode(errors="replace").strip()))]
    return []


def _detail(item: object) -> tuple[int | None, str]:
    if not isinstance(item, dict):
        return (None, _cut(str(item)))
    folded = {str(key).lower(): value for key, value in item.items()}
    number = folded.get("id")
    if isinstance(number, str) and number.isdecimal():
        number = int(number)
    return (number if isinstance(number, int) else None, _cut(str(folded.get("message") or "no message")))


def _worded(detail: errors.ErrorDetail) -> str:
    return detail.message if detail.id is None else f"{detail.message} (id {detail.id})"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "..."


def _is_html(raw: Raw) -> bool:
    return "html" in raw.headers.get("content-type", "") or bool(re.match(rb"\s*<(!doctype|html)", raw.body, re.IGNORECASE))


def _kind_of(raw: Raw) -> str:
    if not raw.body:
        return "an empty body"
    if raw.body.strip() == b"null":
        return "no explanation (body null)"
    if _is_html(raw):
        title = re.search(rb"<title>\s*(.{1,100}?)\s*</title>", raw.body, re.IGNORECASE | re.DOTALL)
        return "an HTML page" + (f" titled {redact(title.group(1).decode(errors='replace'))!r}" if title else "")
    return f"{len(raw.body)} bytes of {raw.headers.get('content-type', 'an unnamed type')}"
