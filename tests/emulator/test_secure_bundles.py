"""Secure connect bundles, downloaded by presigned URLs from another port."""

import io
import json
import zipfile
from typing import Any

import pytest

pytestmark = pytest.mark.anyio


async def test_the_url_serves_a_zip_from_another_port(api: Any) -> None:
    database_id = await api.create_active(name="a & b")
    answer = await api("POST", f"/v2/databases/{database_id}/secureBundleURL")
    url = answer.json["downloadURL"]
    assert not url.startswith(api.emulator.url)
    assert "X-Amz-Expires=300" in url
    async with api.session.get(url) as response:
        archive = zipfile.ZipFile(io.BytesIO(await response.read()))
    assert {"ca.crt", "cert", "key", "config.json"} <= set(archive.namelist())
    assert json.loads(archive.read("config.json"))["localDC"] == "us-east-2"
    assert archive.read("ca.crt").startswith(b"-----BEGIN CERTIFICATE-----")


async def test_one_region_is_an_object_and_all_regions_are_a_list(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    one = (await api("POST", f"/v2/databases/{database_id}/secureBundleURL?all=false")).json
    every_region = (await api("POST", f"/v2/databases/{database_id}/secureBundleURL?all=true")).json
    assert one["datcenterID"] == one["datacenterID"] == every_region[0]["datacenterID"] == f"{database_id}-1"
    assert len({value for name, value in one.items() if name.startswith("downloadURL")}) == 4


async def test_a_url_expires_after_five_minutes_and_cannot_be_changed(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    url = (await api("POST", f"/v2/databases/{database_id}/secureBundleURL")).json["downloadURL"]

    async def fetch(url: str) -> tuple[int, bytes]:
        async with api.session.get(url) as response:
            return response.status, await response.read()

    status, text = await fetch(url.replace("Expires=300", "Expires=9999"))
    assert (status, b"SignatureDoesNotMatch" in text) == (403, True)
    assert (await fetch(url.partition("?")[0]))[0] == 403
    await api.emulator.clock.sleep(300)
    assert (await fetch(url))[0] == 200
    await api.emulator.clock.sleep(1)
    status, text = await fetch(url)
    assert (status, b"expired" in text, text.startswith(b"<?xml")) == (403, True, True)


async def test_the_journal_records_whether_a_download_had_a_token(api: Any) -> None:
    database_id = api.emulator.add_database("orders")
    url = (await api("POST", f"/v2/databases/{database_id}/secureBundleURL")).json["downloadURL"]
    for headers in ({}, {"Authorization": "Bearer x"}):
        async with api.session.get(url, headers=headers):
            pass
    assert [exchange.authorized for exchange in api.emulator.journal.of("downloadBundle")] == [False, True]


async def test_there_is_no_bundle_before_the_database_is_active(api: Any) -> None:
    database_id = await api.create()
    assert (await api("POST", f"/v2/databases/{database_id}/secureBundleURL")).status == 409
    assert (await api.look(database_id))["info"]["datacenters"][0]["secureBundleUrl"] == ""


async def test_a_hibernated_database_answers_401(api: Any) -> None:
    database_id = api.emulator.add_database("orders", status="HIBERNATED")
    assert (await api("POST", f"/v2/databases/{database_id}/secureBundleURL")).status == 401
