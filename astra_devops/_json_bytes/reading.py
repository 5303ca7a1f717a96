"""Reading JSON with the standard library, where orjson is not installed.

Accepts and refuses what orjson does: no NaN or infinity, no number that a float cannot hold, no
half of a surrogate pair, no byte order mark, UTF-8 only, at most 1024 levels. Integers of more
than 64 bits become floats. Of equal keys the last counts.
"""

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from json import JSONDecodeError
from typing import Any, Final, NoReturn

_DEEPEST: Final = 1024
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1
# No integer of 64 bits has more characters, its sign included.
_LONGEST: Final = 20

_STRINGS: Final = json.JSONDecoder()
_WHITE_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_LITERALS: Final = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
_CLOSING: Final = {"[": "]", "{": "}"}

# In valid JSON, backslashes occur in strings only. A pair is tried first: what its group matches
# is a half that stands alone.
_ESCAPE: Final = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u[dD]([89a-fA-F])|.)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NO_BRACKETS: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^"\[\]{}]++')
_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


def loads(document: bytes | bytearray | memoryview | str) -> Any:
    """Parse a JSON document.

    Raises:
        JSONDecodeError: It is not JSON, not UTF-8, or nested too deeply.
    """
    text = _text_of(document)
    # The scanner recurses, and so depends on the stack of the caller; _parse does not, and it finds
    # the place of every error.
    with suppress(ValueError, RecursionError):
        value = _scan(text)
        if not _is_suspicious(text):
            return value
    return _parse(text)


def problem(document: bytes | bytearray | memoryview | str) -> str:
    """Return what is wrong with a document that cannot be parsed, and where.

    The words are the same with and without orjson.
    """
    try:
        loads(document)
    except JSONDecodeError as error:
        return str(error)
    return "cannot be parsed"


def _text_of(document: bytes | bytearray | memoryview | str) -> str:
    try:
        if isinstance(document, str):
            document.encode()
            return document
        return str(document, "utf-8")
    except UnicodeError:
        message = "not valid UTF-8"
    except (TypeError, BufferError):
        message = "must be bytes or a string"
    raise JSONDecodeError(message, "", 0)


def _read_integer(digits: str) -> int | float:
    if len(digits) <= _LONGEST and _LEAST <= (number := int(digits)) <= _MOST:
        return number
    return _read_float(digits)


def _read_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("number is too large")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_scan: Final[Callable[[str], Any]] = json.JSONDecoder(
    parse_int=_read_integer, parse_float=_read_float, parse_constant=_refuse_constant
).decode


def _is_suspicious(text: str) -> bool:
    """Return whether a document has what the scanner accepts and orjson refuses."""
    if ("\\ud" in text or "\\uD" in text) and any(escape[1] for escape in _ESCAPE.finditer(text)):
        return True
    # Most documents have fewer brackets than levels are allowed.
    if text.count("[") + text.count("{") <= _DEEPEST:
        return False
    return max(accumulate(_STEPS[bracket] for bracket in _NO_BRACKETS.sub("", text))) > _DEEPEST


def _parse(text: str) -> Any:
    """Parse a document without recursion. Slow, but exact."""
    outer: list[tuple[Any, str]] = []
    at = _skip(text, 0)
    while True:
        opening = text[at : at + 1]
        if opening in _CLOSING:
            if len(outer) == _DEEPEST:
                raise JSONDecodeError("nested too deeply", text, at)
            inner: Any = [] if opening == "[" else {}
            at = _skip(text, at + 1)
            if text[at : at + 1] != _CLOSING[opening]:
                key, at = _parse_key(text, at) if opening == "{" else ("", at)
                outer.append((inner, key))
                continue
            value, at = inner, at + 1
        else:
            value, at = _parse_scalar(text, at)
        while outer:
            container, key = outer.pop()
            _put(container, key, value)
            at = _skip(text, at)
            is_list = isinstance(container, list)
            if text[at : at + 1] == ",":
                at = _skip(text, at + 1)
                key, at = ("", at) if is_list else _parse_key(text, at)
                outer.append((container, key))
                break
            if text[at : at + 1] != ("]" if is_list else "}"):
                raise JSONDecodeError(f"expected ',' or '{']' if is_list else '}'}'", text, at)
            value, at = container, at + 1
        else:
            at = _skip(text, at)
            if at < len(text):
                raise JSONDecodeError("unexpected text after the document", text, at)
            return value


def _put(container: Any, key: str, value: Any) -> None:
    if isinstance(container, list):
        container.append(value)
    else:
        container[key] = value


def _skip(text: str, at: int) -> int:
    match = _WHITE_SPACE.match(text, at)
    return match.end() if match else at


def _parse_key(text: str, at: int) -> tuple[str, int]:
    """Return a key, and where its value begins."""
    if text[at : at + 1] != '"':
        raise JSONDecodeError("expected a key in double quotes", text, at)
    key, at = _parse_string(text, at)
    at = _skip(text, at)
    if text[at : at + 1] != ":":
        raise JSONDecodeError("expected ':'", text, at)
    return key, _skip(text, at + 1)


def _parse_string(text: str, at: int) -> tuple[str, int]:
    value, end = _STRINGS.raw_decode(text, at)
    if _SURROGATE.search(value):
        raise JSONDecodeError("half of a surrogate pair in a string", text, at)
    return str(value), end


def _parse_scalar(text: str, at: int) -> tuple[object, int]:
    """Return a string, number, boolean or null, and where it ends."""
    if text[at : at + 1] == '"':
        return _parse_string(text, at)
    literal, value = _LITERALS.get(text[at : at + 1], ("", None))
    if literal and text.startswith(literal, at):
        return value, at + len(literal)
    match = _NUMBER.match(text, at)
    if match is None:
        raise JSONDecodeError("expected a value", text, at)
    try:
        return (_read_float if match[1] else _read_integer)(match[0]), match.end()
    except ValueError:
        message = "number is too large"
    raise JSONDecodeError(message, text, at)
