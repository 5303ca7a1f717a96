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

from astra_devops._runtime.settings import ORIGINS, TOKEN_VARIABLE, origin
from astra_devops._secret import Secret, SecretBytes, redact
from astra_devops.errors import ConfigurationError

PATH_VARIABLE: Final = "ASTRARC"
PROFILE_VARIABLE: Final = "ASTRA_PROFILE"
DEFAULT_PROFILE: Final = "default"
_ENVIRONMENT: Final = "ASTRA_ENV"
_ENDPOINT: Final = "ASTRA_LOCAL_ENDPOINT"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
# Secrets, so that a traceback with local variables shows none.
_Section = dict[str, Secret]


@attrs.frozen
class Profile:
    """One section of the file. ``source`` names it in messages."""

    source: str
    token: Secret
    environment: str | None = None
    endpoint: str | None = None

    @property
    def origin(self) -> str | None:
        """The URL of the service that the profile is for; None if it does not say.

        Raises:
            ConfigurationError: The environment is unknown, or its URL is missing or wrong.
        """
        environment = (self.environment or "").lower()
        if not environment:
            return None
        if environment in ORIGINS:
            return ORIGINS[environment]
        if environment != "local":
            names = ", ".join(map(str.upper, ORIGINS))
            raise ConfigurationError(f"{_ENVIRONMENT} in {self.source} must be one of {names}, LOCAL, not {_shown(self.environment or '')}")
        if not self.endpoint:
            raise ConfigurationError(f"{self.source} has {_ENVIRONMENT}=LOCAL, and so must have {_ENDPOINT}, the URL of the service")
        try:
            return origin(self.endpoint, "prod")
        except ValueError as error:
            text = str(error).replace("base_url", f"{_ENDPOINT} in {self.source}")
            raise ConfigurationError(text) from None


def load_profile(profile: str | None, variables: Mapping[str, str]) -> Profile:
    """Find the file and the profile, and read it.

    Args:
        profile: The name of the profile; by default the one in ``ASTRA_PROFILE``, or ``default``.
        variables: The environment variables.

    Raises:
        ConfigurationError: There is no file, no such profile or no token in it, or the file cannot
            be read.
    """
    name = profile_name(profile, variables)
    path = file_path(variables)
    if path is None:
        raise ConfigurationError(f"no token: pass the argument token, or set {TOKEN_VARIABLE}; there is no home directory with an .astrarc")
    return read_profile(path, name)


def file_path(variables: Mapping[str, str]) -> Path | None:
    """Return the path of the file, whether it exists or not. None if there is no home directory.

    ``ASTRARC`` comes before ``$XDG_CONFIG_HOME/astra/.astrarc``, and that before ``~/.astrarc``,
    which also counts where the second is not there.
    """
    try:
        if path := variables.get(PATH_VARIABLE):
            return Path(path).expanduser()
        if folder := variables.get("XDG_CONFIG_HOME"):
            path_in_folder = Path(folder) / "astra" / ".astrarc"
            if _may_exist(path_in_folder):
                return path_in_folder
        return Path.home() / ".astrarc"
    except RuntimeError:
        return None


def _may_exist(path: Path) -> bool:
    """Return whether a file is there, or cannot be looked for, which reading it will report."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        pass
    return True


def profile_name(profile: str | None, variables: Mapping[str, str]) -> str:
    """Return the name of the profile to read: the one given, ``ASTRA_PROFILE``, or ``default``."""
    return profile or variables.get(PROFILE_VARIABLE, "").strip() or DEFAULT_PROFILE


def read_profile(path: Path, name: str) -> Profile:
    """Read one section of the file.

    Raises:
        ConfigurationError: The file cannot be read, or does not have the section exactly once, or
            the section has no token.
    """
    text = _read(path)
    if text is None:
        raise ConfigurationError(
            f"no token: pass the argument token, set {TOKEN_VARIABLE}, or add it to profile {_shown(name)} of {path}, which does not exist"
        )
    sections = _sections(text.reveal())
    matching = [values for section, values in sections if section == name]
    source = f"profile {_shown(name)} of {path}"
    if not matching:
        names = ", ".join(_shown(section) for section, _ in sections) or "none"
        raise ConfigurationError(
            f"no token: {path} has no profile {_shown(name)} (it has {names}), and neither token nor {TOKEN_VARIABLE} is set"
        )
    if len(matching) > 1:
        raise ConfigurationError(f"{path} has {len(matching)} sections named {_shown(name)}; keep one of them")
    values = matching[0]
    if TOKEN_VARIABLE not in values:
        raise ConfigurationError(f"no token: {source} has no {TOKEN_VARIABLE}")
    return Profile(source, values[TOKEN_VARIABLE], _text(values, _ENVIRONMENT), _text(values, _ENDPOINT))


def _shown(name: str) -> str:
    """Return a name in quotes. Someone may have put a token there."""
    return redact(repr(name))


def _text(values: _Section, key: str) -> str | None:
    value = values.get(key)
    return None if value is None else value.reveal().strip()


def _read(path: Path) -> Secret | None:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = SecretBytes(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise ConfigurationError(f"{path} is a directory, not a file with profiles") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or type(error).__name__}") from None
    text = _decoded(content)
    if text is None:
        raise ConfigurationError(f"{path} cannot be read: it is not UTF-8 text")
    if os.name == "posix" and stat.S_ISREG(mode) and mode & _OTHERS:
        warnings.warn(f"{path} holds tokens and can be read by other users; run: chmod 600 {path}", UserWarning, stacklevel=2)
    return text


def _decoded(content: SecretBytes) -> Secret | None:
    """Return the text; None if it is not UTF-8. The exception that says so would hold the bytes."""
    try:
        return Secret(content.reveal().decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def _sections(text: str) -> list[tuple[str, _Section]]:
    """Split the file into its sections. Lines that are neither section nor key are left out."""
    sections: list[tuple[str, _Section]] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            sections.append((line[1:-1].strip(), {}))
        elif sections and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            sections[-1][1][key.strip()] = Secret(_without_quotes(value.strip()))
    return sections


def _without_quotes(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
