"""Errors and warnings about a document, each with the place that it is about."""

from collections.abc import Callable
from typing import Any

Node = dict[str, Any]
"""A mapping in a document."""

Warn = Callable[[str, str, str], None]
"""A function that takes a JSON pointer, what is wrong there, and what was done about it."""


class SpecError(Exception):
    """A document that the generators cannot use. ``pointer`` is the place that is wrong."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(pointer, message)
        self.pointer = pointer
        self.message = message

    def __str__(self) -> str:
        return one_line(f"{self.pointer or '/'}: {self.message}")


def one_line(text: str) -> str:
    """Escape line breaks and control characters, so that no document can forge a message."""
    return "".join(character if character.isprintable() else character.encode("unicode_escape").decode() for character in text)
