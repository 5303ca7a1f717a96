"""The file of the vendor's command line, read by the rules of that program."""

from pathlib import Path

import pytest

from astra_devops import errors
from astra_devops._runtime.astrarc import file_path, profile_name, profile_names, read_profile

TOKEN = "AstraCS:" + "a" * 24 + ":" + "b" * 64


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".astrarc"


def write(file: Path, text: str, *, encoding: str = "utf-8") -> None:
    file.write_text(text, encoding=encoding)
    file.chmod(0o600)


def token_of(file: Path, name: str = "default") -> str | None:
    profile = read_profile(file, name)
    return profile and profile.token


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
    write(
        file,
        f"[work]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\nASTRA_ENV=DEV\n[here]\nASTRA_ENV=LOCAL\nASTRA_LOCAL_ENDPOINT=http://localhost:1\n",
    )
    work, here = read_profile(file, "work"), read_profile(file, "here")
    assert work is not None
    assert here is not None
    assert (work.environment, work.endpoint) == ("DEV", None)
    assert (here.token, here.environment, here.endpoint) == (None, "LOCAL", "http://localhost:1")
    assert TOKEN not in repr(work)
    assert profile_names(file) == ["work", "here"]


def test_a_section_that_is_there_twice_is_refused_for_itself_only(file: Path) -> None:
    write(file, f"[a]\n[a]\n[b]\nASTRA_DB_APPLICATION_TOKEN={TOKEN}\n")
    assert token_of(file, "b") == TOKEN
    with pytest.raises(errors.ConfigurationError, match="has 2 sections named 'a'"):
        read_profile(file, "a")


def test_what_is_not_there_is_none(file: Path) -> None:
    assert read_profile(file, "default") is None
    write(file, "[default]\n")
    assert read_profile(file, "other") is None
    assert profile_names(file.parent / "gone") == []


def test_a_file_that_cannot_be_read_is_an_error_that_says_why(file: Path) -> None:
    file.mkdir()
    with pytest.raises(errors.ConfigurationError, match="is a directory"):
        read_profile(file, "default")
    latin = file / "latin"
    latin.write_bytes(b"[default]\nx=\xff\n")
    with pytest.raises(errors.ConfigurationError, match="not UTF-8"):
        read_profile(latin, "default")


def test_a_file_that_others_may_read_is_warned_of(file: Path) -> None:
    write(file, "[default]\n")
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
