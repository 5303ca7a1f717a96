"""Python names for the names of a document.

They are made of words, checked against a strict pattern, and unique in their scope.
"""

import keyword
import re
from collections.abc import Iterable
from typing import Final

from astra_devops._codegen.errors import SpecError

# An acronym in the plural (orgIDs), an acronym before a word (URLList), IPv4, a word, an acronym, a
# number.
_WORD: Final = re.compile(r"[A-Z]{2,}s(?![a-z])|IPv[46]|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+")
_SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*_?")
_PASCAL: Final = re.compile(r"[A-Z][A-Za-z0-9]*(?:_[0-9]*)?")

_BUILTINS: Final = frozenset({"list", "dict", "str", "int", "float", "bool", "object", "datetime", "frozenset", "tuple", "range"})
_KEYWORDS: Final = frozenset(keyword.kwlist)
FIELD_RESERVED: Final = _BUILTINS | {"attrs", "extra", "property", "record", "self", "to_dict", "to_json"}
"""Names that the class body of a model refers to, or that attrs uses."""
ARGUMENT_RESERVED: Final = _BUILTINS | {"caller", "body", "check_outcome", "call", "index", "joined", "segment", "wildcard", "self"}
"""Names that a generated function refers to."""
FUNCTION_RESERVED: Final = ARGUMENT_RESERVED | {"operations"}
"""The same, and OPERATIONS: the index has it beside a constant for each function, in upper case."""
CLASS_RESERVED: Final = frozenset(
    {
        "Answer",
        "Any",
        "BaseModel",
        "Call",
        "Caller",
        "Decimal",
        "Extra",
        "Final",
        "OutcomeCheck",
        "Mapping",
        "Operation",
        "Secret",
        "StrEnum",
    }
)
"""Names that a generated module imports."""


def words(text: str) -> list[str]:
    """Split a name at separators and changes of case. An acronym is one word."""
    return _WORD.findall(text)


def snake(text: str, empty: str = "value") -> str:
    """Convert a name to snake_case: ``downloadURLInternal`` becomes ``download_url_internal``."""
    name = "_".join(word.lower() for word in words(text))
    return name if name[:1].isalpha() else f"{empty}_{name}" if name else empty


def pascal(text: str, empty: str = "Model") -> str:
    """Convert a name to PascalCase: ``AWS-KMS`` becomes ``AwsKms``."""
    name = "".join(word.capitalize() for word in words(text))
    return name if name[:1].isalpha() else empty + name


def upper(text: str) -> str:
    """Convert a value to the name of an enum member: ``SHA-256`` becomes ``SHA_256``."""
    return snake(text, "value").upper() if text else "EMPTY"


def singular(text: str) -> str:
    """Return the singular of a noun, by the rules of English spelling."""
    if text.endswith("ies") and len(text) > 4:
        return text[:-3] + "y"
    if text.endswith(("sses", "xes", "shes", "ches")):
        return text[:-2]
    if text.endswith("s") and not text.endswith(("ss", "us", "is")):
        return text[:-1]
    return text


def is_class_name(name: object) -> bool:
    """Check whether an ``x-python-name`` names a class, and not a field or argument."""
    return isinstance(name, str) and _PASCAL.fullmatch(name) is not None


class Scope:
    """The names that are taken in one class, function or module."""

    def __init__(self, pattern: re.Pattern[str], reserved: Iterable[str]) -> None:
        self._pattern = pattern
        self._reserved = _KEYWORDS | frozenset(reserved)
        self._taken: set[str] = set()

    def claim(self, name: object, pointer: str) -> str:
        """Take exactly this name.

        Raises:
            SpecError: The name is not valid here, is reserved, or is taken.
        """
        if not isinstance(name, str) or not self._pattern.fullmatch(name) or name in self._reserved:
            raise SpecError(pointer, f"{name!r} cannot be used as a Python name here")
        if name in self._taken:
            raise SpecError(pointer, f"the Python name {name!r} is already taken")
        self._taken.add(name)
        return name

    def take(self, preferred: str) -> str:
        """Take a name, with an underscore if it is reserved and a number if it is taken."""
        base = preferred + "_" if preferred in self._reserved else preferred
        name, number = base, 2
        while name in self._taken:
            name = f"{base}{'' if base.endswith('_') or self._pattern is _PASCAL else '_'}{number}"
            number += 1
        if not self._pattern.fullmatch(name):
            raise AssertionError(f"{name!r} is not an identifier")
        self._taken.add(name)
        return name


_UPPER: Final = re.compile(r"[A-Z][A-Z0-9_]*")


def field_scope() -> Scope:
    """Return a scope for the fields of one class."""
    return Scope(_SNAKE, FIELD_RESERVED)


def argument_scope() -> Scope:
    """Return a scope for the arguments of one function."""
    return Scope(_SNAKE, ARGUMENT_RESERVED)


def function_scope() -> Scope:
    """Return a scope for the functions of all modules, since the index has all of them."""
    return Scope(_SNAKE, FUNCTION_RESERVED)


def class_scope() -> Scope:
    """Return a scope for the classes of all modules."""
    return Scope(_PASCAL, CLASS_RESERVED)


def member_scope() -> Scope:
    """Return a scope for the members of one enum."""
    return Scope(_UPPER, ())


def group_name(text: object, pointer: str) -> str:
    """Check the name that a document gives to the module of a group."""
    return Scope(_SNAKE, {"common", "index", "models", "endpoints"}).claim(text, pointer)


def group_of_tag(tag: str) -> str:
    """Derive the name of the module of a group from a tag."""
    return Scope(_SNAKE, {"common", "index", "models", "endpoints"}).take(snake(tag, "group"))
