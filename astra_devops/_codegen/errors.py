"""What the generator has to say about a document: refusals and warnings, each with the JSON pointer of the place."""

from collections.abc import Callable
from typing import Any

Node = dict[str, Any]
"""A mapping of the document."""

Warn = Callable[[str, str, str], None]
"""Takes the pointer of the place, what was wrong there, and what was done about it."""


class SpecError(Exception):
    """The document says something that the generator does not understand; ``pointer`` is where."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(pointer, message)
        self.pointer = pointer
        self.message = message

    def __str__(self) -> str:
        return one_line(f"{self.pointer or '/'}: {self.message}")


def join(pointer: str, *parts: object) -> str:
    """Extend a JSON pointer by keys or indexes, escaped as RFC 6901 asks."""
    return pointer + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(pointer: str) -> list[str]:
    """Take a JSON pointer apart into its keys."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def one_line(text: str) -> str:
    """Spell what a terminal would obey or hide, so that a message stays one line whatever the document holds."""
    return "".join(character if character.isprintable() else character.encode("unicode_escape").decode() for character in text)
