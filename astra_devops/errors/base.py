"""The base of all errors, and the error of settings."""

from typing import Any


class AstraDevOpsError(Exception):
    """The base class of every exception in this package.

    The message has everything that you need to know, so it is the last line of a traceback.

    Attributes:
        earlier_attempts: What happened in the attempts before the last one, a line for each.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.earlier_attempts: tuple[str, ...] = ()
        # Python makes the list with the first note. Those who read notes need not check for it.
        self.__notes__: list[str] = []

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.args, self.__dict__))


class ConfigurationError(AstraDevOpsError):
    """A setting is missing or wrong, such as the token. Nothing was sent."""


def _rebuild(cls: type[AstraDevOpsError], args: tuple[Any, ...], state: dict[str, Any]) -> AstraDevOpsError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
