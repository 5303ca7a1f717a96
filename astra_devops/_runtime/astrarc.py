"""The configuration file of the vendor's command line, ``.astrarc``, read by its rules.

Sections in square brackets, ``key=value``, comment lines with ``#``, optional quotes around a
value. The last value of a key counts. The rules are those of astra-cli (datastax/astra-cli on
GitHub: README, section ".astrarc location", and its parser of ini files).
"""

import os
import stat
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

from astra_devops.errors import ConfigurationError

PATH_VARIABLE: Final = "ASTRARC"
PROFILE_VARIABLE: Final = "ASTRA_PROFILE"
DEFAULT_PROFILE: Final = "default"
_TOKEN: Final = "ASTRA_DB_APPLICATION_TOKEN"
_ENVIRONMENT: Final = "ASTRA_ENV"
_ENDPOINT: Final = "ASTRA_LOCAL_ENDPOINT"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@attrs.frozen
class Profile:
    """One section of the file. ``source`` names it in messages."""

    source: str
    token: str | None = attrs.field(repr=False)
    environment: str | None = None
    endpoint: str | None = None


def file_path(variables: Mapping[str, str]) -> Path | None:
    """Return the path of the file, whether it exists or not. None if there is no home directory.

    ``ASTRARC`` comes before ``$XDG_CONFIG_HOME/astra/.astrarc``, and that before ``~/.astrarc``,
    which also counts where the second is not there.
    """
    if path := variables.get(PATH_VARIABLE):
        return Path(path).expanduser()
    if folder := variables.get("XDG_CONFIG_HOME"):
        path_in_folder = Path(folder) / "astra" / ".astrarc"
        if path_in_folder.exists():
            return path_in_folder
    try:
        return Path.home() / ".astrarc"
    except RuntimeError:
        return None


def profile_name(profile: str | None, variables: Mapping[str, str]) -> str:
    """Return the name of the profile to read: the one given, ``ASTRA_PROFILE``, or ``default``."""
    return profile or variables.get(PROFILE_VARIABLE) or DEFAULT_PROFILE


def read_profile(path: Path, name: str) -> Profile | None:
    """Read one section of the file. None if the file or the section does not exist.

    Raises:
        ConfigurationError: The file cannot be read, or has the section twice.
    """
    text = _read(path)
    if text is None:
        return None
    matching = [values for section, values in _sections(text) if section == name]
    if not matching:
        return None
    if len(matching) > 1:
        raise ConfigurationError(f"{path} has {len(matching)} sections named {name!r}; keep one of them")
    values = matching[0]
    return Profile(
        source=f"profile {name!r} of {path}",
        token=values.get(_TOKEN),
        environment=values.get(_ENVIRONMENT),
        endpoint=values.get(_ENDPOINT),
    )


def profile_names(path: Path) -> list[str]:
    """Return the names of the sections of the file, for messages; empty if it does not exist."""
    text = _read(path)
    return [] if text is None else [name for name, _ in _sections(text)]


def _read(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8-sig") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise ConfigurationError(f"{path} is a directory, not a file with profiles") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or type(error).__name__}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} cannot be read: it is not UTF-8 text") from None
    if os.name == "posix" and mode & _OTHERS:
        warnings.warn(f"{path} holds tokens and can be read by other users; run: chmod 600 {path}", UserWarning, stacklevel=2)
    return text


def _sections(text: str) -> list[tuple[str, dict[str, str]]]:
    """Split the file into its sections. Lines that are neither section nor key are left out."""
    sections: list[tuple[str, dict[str, str]]] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            sections.append((line[1:-1].strip(), {}))
        elif sections and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            sections[-1][1][key.strip()] = _without_quotes(value.strip())
    return sections


def _without_quotes(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
