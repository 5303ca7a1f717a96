"""The file of the vendor's command line, read by the rules of that program."""

import sys
from pathlib import Path

import pytest

from astra_devops import errors
from astra_devops._runtime.auth.astrarc import file_path, load_profile, profile_name, read_profile

TOKEN = "AstraCS:" + "a" * 24 + ":" + "b" * 64


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".astrarc"


def write(file: Path, text: str, *, encoding: str = "utf-8") -> None:
    file.write_text(text, encoding=encoding)
    file.chmod(0o600)


def token_of(file: Path, name: str = "default") -> str:
    return read_profile(file, name).token.reveal()


@pytest.mark.parametrize(
    "text",
    [
        f"[default]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n",
        f"# a comment\n\n  [ default ]\n  ASTRA_DB_APPLICATION_TOKEN =  {TOKEN}  \n",
        f'[default]\nASTRA_DB_APPLICATION_TOKEN="{TOKEN}"\n',
        f"[default]\r\nASTRA_DB_APPLICATION_TOKEN='{TOKEN}'\r\n",
        f"[default]\nASTRA_DB_APPLICATION_TOKEN=old\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n",
        f"[other]\nx\n[other]\n[default]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n",
    ],
)
def test_a_token_is_read_as_the_command_line_reads_it(file: Path, text: str) -> None:
    write(file, text)
    assert token_of(file) == TOKEN


def test_a_byte_order_mark_is_no_part_of_the_text(file: Path) -> None:
    write(file, f"[default]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n", encoding="utf-8-sig")
    assert token_of(file) == TOKEN


def test_a_profile_may_name_its_environment(file: Path) -> None:
    lines = {
        "plain": "",
        "work": "ASTRA_ENV=DEV",
        "quoted": "ASTRA_ENV=' test '",
        "here": "ASTRA_ENV=local\nASTRA_LOCAL_ENDPOINT=http://localhost:1/",
    }
    write(file, "\n".join(f"[{name}]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n{text}" for name, text in lines.items()))
    assert [read_profile(file, name).origin for name in lines] == [
        None,
        "https://api.dev.cloud.datastax.com",
        "https://api.test.cloud.datastax.com",
        "http://localhost:1",
    ]
    assert TOKEN not in repr(read_profile(file, "work"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ASTRA_ENV=STAGING", r"ASTRA_ENV in profile 'default' of .* must be one of PROD, DEV, TEST, LOCAL, not 'STAGING'"),
        ("ASTRA_ENV=LOCAL", "must have ASTRA_LOCAL_ENDPOINT"),
        ("ASTRA_ENV=LOCAL\nASTRA_LOCAL_ENDPOINT=localhost:1", "ASTRA_LOCAL_ENDPOINT in profile 'default' of .* must be an absolute"),
    ],
)
def test_an_environment_that_is_no_environment_is_refused(file: Path, text: str, message: str) -> None:
    write(file, f"[default]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n{text}\n")
    with pytest.raises(errors.ConfigurationError, match=message):
        _ = read_profile(file, "default").origin


def test_a_section_that_is_there_twice_is_refused_for_itself_only(file: Path) -> None:
    write(file, f"[a]\n[a]\n[b]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n")
    assert token_of(file, "b") == TOKEN
    with pytest.raises(errors.ConfigurationError, match="has 2 sections named 'a'"):
        read_profile(file, "a")


def test_an_error_names_what_is_missing_and_what_is_there(file: Path) -> None:
    with pytest.raises(errors.ConfigurationError, match=rf"profile .work. of {file}, which does not exist"):
        read_profile(file, "work")
    write(file, f"[default]\n[Work]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n")
    with pytest.raises(errors.ConfigurationError, match=rf"{file} has no profile 'work' \(it has 'default', 'Work'\)"):
        read_profile(file, "work")
    with pytest.raises(errors.ConfigurationError, match=r"no token: profile 'default' of .* has no ASTRA_DB_APPLICATION_TOKEN"):
        read_profile(file, "default")


def test_without_a_home_directory_an_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(errors.ConfigurationError, match="no home directory"):
        load_profile(None, {"ASTRARC": "~no-such-user/.astrarc"})


def test_a_file_that_cannot_be_read_is_an_error_that_says_why(file: Path) -> None:
    file.mkdir()
    with pytest.raises(errors.ConfigurationError, match="is a directory"):
        read_profile(file, "default")
    if sys.platform != "emscripten":  # Its file system has no longest name.
        with pytest.raises(errors.ConfigurationError, match="cannot be read: "):
            read_profile(file / ("x" * 300), "default")
    latin = file / "latin"
    latin.write_bytes(b"[default]\nx=\xff\n")
    with pytest.raises(errors.ConfigurationError, match="not UTF-8"):
        read_profile(latin, "default")


def test_a_file_that_others_may_read_is_warned_of(file: Path) -> None:
    write(file, f"[default]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n")
    file.chmod(0o644)
    with pytest.warns(UserWarning, match="chmod 600"):
        read_profile(file, "default")


def test_the_file_is_found_in_the_order_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert file_path({}) == tmp_path / ".astrarc"
    assert file_path({"XDG_CONFIG_HOME": str(tmp_path / "xdg")}) == tmp_path / ".astrarc"
    there = tmp_path / "xdg" / "astra" / ".astrarc"
    there.parent.mkdir(parents=True)
    there.touch()
    assert file_path({"XDG_CONFIG_HOME": str(tmp_path / "xdg")}) == there
    assert file_path({"XDG_CONFIG_HOME": str(tmp_path / "xdg"), "ASTRARC": "~/mine"}) == tmp_path / "mine"


def test_a_profile_is_chosen_by_argument_then_variable_then_default() -> None:
    variables = {"ASTRA_PROFILE": "work"}
    assert [profile_name("mine", variables), profile_name(None, variables), profile_name(None, {})] == ["mine", "work", "default"]
