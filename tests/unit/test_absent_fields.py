"""Fields that the service leaves out, or calls by another name."""

from typing import Any

import pytest

from astra_devops import models
from astra_devops._json import convert
from astra_devops._rest.models.organizations import Organization
from astra_devops._rest.models.scim import ScimUserListResponse
from astra_devops._rest.models.tokens import TokenInfoList
from astra_devops._rest.models.users import OrganizationUsers

ID = "c1b2d3e4-0000-4000-8000-000000000001"


def read(shape: Any, document: object) -> Any:
    return convert.structure(document, shape)


def test_a_recorded_database_without_a_status_of_its_datacenter_is_read() -> None:
    place = {"id": ID, "name": "dc-1", "tier": "serverless", "cloudProvider": "AWS", "region": "us-east-1", "capacityUnits": 1}
    database = read(models.Database, {"id": ID, "status": "ACTIVE", "info": {"name": "astra", "datacenters": [place]}})
    assert (database.owner_id, database.org_id, database.info.datacenters[0].status) == ("", "", "")
    assert database.info.datacenters[0].region == "us-east-1"


@pytest.mark.parametrize("document", [{"id": ID}, {"id": ID, "status": None, "info": None}])
def test_absent_and_null_are_read_alike(document: dict[str, object]) -> None:
    database = read(models.Database, document)
    assert (database.status, database.info.datacenters, database.info.name) == ("", None, None)


def test_what_names_the_thing_has_to_be_there() -> None:
    with pytest.raises(convert.ShapeError, match="/id must be a string, not missing"):
        read(models.Database, {"status": "ACTIVE"})


def test_an_empty_value_is_not_shared() -> None:
    first, second = (read(models.CdcConfig, {}) for _ in range(2))
    first.tables.append(models.CdcTable(keyspace_name="sales", table_name="orders"))
    assert second.tables == []


@pytest.mark.parametrize(
    ("document", "attribute", "value"),
    [
        ({"status": 5}, "status", "5"),
        ({"status": 1.5}, "status", "1.5"),
        ({"status": ["ACTIVE"]}, "status", "ACTIVE"),
        ({"metrics": [{"errorsTotalCount": "7"}]}, "metrics", models.DatabaseMetrics(errors_total_count=7.0)),
        ({"storage": {"nodeCount": "3"}}, "storage", models.Storage(node_count=3, replication_factor=0, total_storage=0)),
        ({"availableActions": [1, None, ["park"], "park"]}, "available_actions", ["1", "park", "park"]),
        ({"id": 7}, "id", "7"),
    ],
)
def test_a_neighboring_type_says_the_same(document: dict[str, object], attribute: str, value: object) -> None:
    database = read(models.Database, {"id": ID, **document})
    assert getattr(database, attribute) == value
    assert dict(database.extra) == {}


@pytest.mark.parametrize(
    ("document", "attribute", "value", "kept"),
    [
        ({"status": {"now": "ACTIVE"}}, "status", "", {"now": "ACTIVE"}),
        ({"status": True}, "status", "", True),
        ({"creationTime": "last Tuesday"}, "creation_time", None, "last Tuesday"),
        ({"terminationTime": 1_700_000_000}, "termination_time", None, 1_700_000_000),
        ({"info": "orders"}, "info", models.DatabaseInfo(), "orders"),
        ({"storage": ["a", "b"]}, "storage", None, ["a", "b"]),
        ({"availableActions": "park"}, "available_actions", None, "park"),
        ({"availableActions": ["park", {"name": "unpark"}]}, "available_actions", ["park"], [{"name": "unpark"}]),
    ],
)
def test_what_makes_no_sense_is_kept_aside(document: dict[str, Any], attribute: str, value: object, kept: object) -> None:
    databases = read(list[models.Database], [{"id": "1"}, {"id": ID, **document}, {"id": "3"}])
    assert [database.id for database in databases] == ["1", ID, "3"]
    assert getattr(databases[1], attribute) == value
    assert dict(databases[1].extra) == dict.fromkeys(document, kept)


@pytest.mark.parametrize("place", [{"name": "dc-1"}, "us-east-1", {"region": None}])
def test_no_list_silently_loses_what_something_identifies(place: object) -> None:
    """A wait for the end of a datacenter must not take one that cannot be read for gone."""
    with pytest.raises(convert.ShapeError, match="/info/datacenters/0"):
        read(models.Database, {"id": ID, "info": {"datacenters": [place]}})


def test_an_array_of_one_is_the_object() -> None:
    assert read(Organization, [{"id": ID}]).id == ID
    assert [role.id for role in read(list[models.Role], [[{"id": "a"}], [{"id": "b"}]])] == ["a", "b"]
    for _ in range(20):  # After some objects of two names they have a reader of their own.
        read(Organization, {"id": ID, "name": "acme"})
        with pytest.raises(convert.ShapeError, match="the document must be an object, not an array"):
            read(Organization, [{"id": "a"}, {"id": "b"}])


@pytest.mark.parametrize(
    ("document", "ids", "kept"),
    [
        ([], [], {}),
        ([None, {}, {"clients": None}], [], {}),
        ([{"clients": [{"clientId": "a"}]}, {"Clients": [{"clientId": "b"}, {"clientId": "c"}]}], ["a", "b", "c"], {}),
        ([{"clients": [{"clientId": "a"}], "total": 1}, {"clients": [], "total": 0}], ["a"], {"total": [1, 0]}),
        ([{"clients": [{"clientId": "a"}], "orgId": ID}], ["a"], {"orgId": ID}),
        ([{"clientId": "a"}, {"clientId": "b"}], ["a", "b"], {}),
        ([[{"clientId": "a"}], [{"clientId": "b"}]], ["a", "b"], {}),
    ],
)
def test_an_array_of_what_wraps_a_list_is_one_list(document: object, ids: list[str], kept: dict[str, object]) -> None:
    tokens = read(TokenInfoList, document)
    assert [token.client_id for token in tokens.clients] == ids
    assert dict(tokens.extra) == kept


def test_an_array_of_what_nothing_identifies_is_no_list_of_tokens() -> None:
    with pytest.raises(convert.ShapeError, match="/clients/1/clientId must be a string, not missing"):
        read(TokenInfoList, [{"clientId": "a"}, {"description": "ci"}])


def test_of_several_new_tokens_none_is_lost() -> None:
    """The service does not show them again."""
    others = [{"clientId": "b", "token": "AstraCS:b"}]
    token = read(models.Token, [{"clientId": "a", "token": "AstraCS:a", "new": 1}, *others])
    assert (token.client_id, token.token.reveal(), dict(token.extra)) == ("a", "AstraCS:a", {"new": 1, "others": others})
    assert "AstraCS:b" not in repr(token)


def test_a_secret_of_another_type_stays_secret() -> None:
    token = read(models.Token, {"clientId": "c", "token": 4711, "secret": {"value": "hunter2"}})
    assert token.token.reveal() == "4711"
    assert "4711" not in repr(token)
    assert "hunter2" not in repr(token)


@pytest.mark.parametrize("shape", [OrganizationUsers, TokenInfoList, ScimUserListResponse, models.CdcConfig])
def test_null_is_an_object_that_wraps_nothing(shape: Any) -> None:
    assert read(shape, None) == read(shape, {})


def test_null_is_no_organization() -> None:
    with pytest.raises(convert.ShapeError):
        read(Organization, None)


def test_null_among_the_objects_of_a_list_is_left_out() -> None:
    assert [role.id for role in read(list[models.Role], [{"id": "a"}, None, {"id": "b"}])] == ["a", "b"]


@pytest.mark.parametrize("name", ["last_update_date_time", "last_update_datetime", "LastUpdateDateTime", "lastUpdateDateTime"])
def test_underscores_do_not_matter(name: str) -> None:
    role = read(models.Role, {"id": "a", name: "2026-01-01T00:00:00Z", "last_update_user_id": "ann"})
    assert role.last_update_datetime.year == 2026
    assert role.last_update_userid == "ann"
    assert dict(role.extra) == {}
