"""What an error status means, by the words of the service."""

from collections.abc import Sequence

import pytest

from astra_devops import errors
from astra_devops._rest import index
from astra_devops._runtime import explain
from astra_devops._runtime.details import add_detail
from astra_devops.errors import AlreadyExistsError, BusyError, ConflictError, ErrorDetail


@pytest.mark.parametrize(
    ("operation", "words", "expected"),
    [
        ("addKeyspace", "Keyspace sales exists already.", AlreadyExistsError),
        ("addKeyspace", "keyspace sales already exists in a database in state MAINTENANCE", AlreadyExistsError),
        ("addKeyspace", "The keyspace name is in use", AlreadyExistsError),
        ("addKeyspace", "the database exists but is in MAINTENANCE", BusyError),
        ("addKeyspace", "another change is already in progress", BusyError),
        ("addKeyspace", "the database is already being resized", BusyError),
        ("addKeyspace", "the keyspace service is blocked", BusyError),
        ("addKeyspace", "no words that are known", BusyError),
        ("addKeyspace", "the database does not exist yet", BusyError),
        ("addKeyspace", "", BusyError),
        ("removeKeyspace", "keyspace sales is in use", BusyError),
        ("parkDatabase", "already parked", BusyError),
        ("pcuGroupPark", "the group exists", BusyError),
        ("addOrganizationRole", "", AlreadyExistsError),
        ("addOrganizationRole", "conflict", AlreadyExistsError),
        ("addOrganizationRole", "another change of the roles is in progress", BusyError),
        ("deleteOrganizationRole", "the role is in use", ConflictError),
        ("deleteOrganizationRole", "the role does not exist", ConflictError),
        ("updateRole", "a role of this name already exists", AlreadyExistsError),
        ("createSCIMUser", "", AlreadyExistsError),
        ("deleteSCIMUser", "duplicate request", ConflictError),
        ("CreateVPCPeeringConnection", "the peering no longer exists", ConflictError),
        ("AcceptEndpointToService", "endpoint exists already", AlreadyExistsError),
    ],
)
def test_the_class_of_a_conflict(operation: str, words: str, expected: type[ConflictError]) -> None:
    assert explain.conflict_class(index.OPERATIONS[operation], words) is expected


def test_what_may_be_a_duplicate_is_an_operation() -> None:
    assert explain._CREATING - set(index.OPERATIONS) == set()


def hints(operation: str, status: int, *details: ErrorDetail | str) -> Sequence[str]:
    as_details = [detail if isinstance(detail, ErrorDetail) else ErrorDetail(None, detail) for detail in details]
    return explain.hints(index.OPERATIONS[operation], status, as_details, None, "https://api.astra.datastax.com")


@pytest.mark.parametrize("words", ["unknown token", "The token has expired.", "token not found", "invalid token"])
def test_a_token_that_is_not_valid_any_more(words: str) -> None:
    assert "is revoked, has expired, or belongs to another environment" in hints("listDatabases", 401, words)[0]


@pytest.mark.parametrize("words", ["the token belongs to another organization", "a token is required", "too many tokens"])
def test_other_words_about_tokens_claim_nothing(words: str) -> None:
    assert hints("listDatabases", 401, words) == []


@pytest.mark.parametrize("words", ["the database is hibernated", "Database is in state HIBERNATED", "it is hibernating"])
def test_a_hibernated_database(words: str) -> None:
    assert hints("addKeyspace", 409, words) == [explain.WAKE]


@pytest.mark.parametrize(
    "words", ["the database is not hibernated", "it cannot be hibernated", "it isn't hibernated", "hibernation failed"]
)
def test_a_database_that_does_not_hibernate(words: str) -> None:
    assert hints("parkDatabase", 409, words) == []


@pytest.mark.parametrize(
    "words", ["unsupported region", "invalid cloud region", "region moon-1 is not supported", "the region of the database does not exist"]
)
def test_a_region_that_is_refused(words: str) -> None:
    assert hints("createDatabase", 422, words) == ["regions.list() shows the regions of this organization"]


@pytest.mark.parametrize("words", ["invalid token count in region", "a region is required", "quota exceeded in this region"])
def test_other_words_about_regions(words: str) -> None:
    assert hints("createDatabase", 422, words) == []


def test_each_known_id_has_its_meaning() -> None:
    found = hints("createDatabase", 422, ErrorDetail(2000011, "tier"), ErrorDetail(2000012, "provider"), ErrorDetail(2000013, "region"))
    assert [text.split()[0] for text in found] == ["regions.list()", "databases.create", "cloud_provider"]


def test_a_sentence_of_the_service_does_not_end_before_a_detail() -> None:
    error = errors.AstraDevOpsError("it exists already.")
    add_detail(error, "delete it first.")
    assert str(error) == "it exists already; delete it first."
