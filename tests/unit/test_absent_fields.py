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


def test_a_wrong_type_is_still_refused() -> None:
    with pytest.raises(convert.ShapeError, match="/status must be a string, not a number"):
        read(models.Database, {"id": ID, "status": 5})


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
