"""The page at ``/_emulator`` and its JSON document: what they show, and what they never show."""

from html.parser import HTMLParser
from typing import Any

import aiohttp
import pytest

from astra_devops.emulator import Emulator, Quirks, ScaledClock

pytestmark = pytest.mark.anyio


async def fetch(emulator: Emulator, path: str = "/_emulator") -> tuple[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(emulator.url + path) as response:
        assert response.status == 200
        return await response.text(), response.headers


async def state(emulator: Emulator) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{emulator.url}/_emulator/state.json") as response:
        return await response.json()


async def states(emulator: Emulator) -> list[tuple[str, float]]:
    """List the states of the only database, each with its seconds."""
    (database,) = (await state(emulator))["databases"]["shown"]
    return [(stage["status"], stage["seconds"]) for stage in database["history"]]


class Page(HTMLParser):
    """The elements, links and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


async def test_states_have_their_times_although_no_request_was_made(emulator: Emulator, api: Any) -> None:
    database_id = await api.create(keyspace="app")
    await emulator.clock.sleep(130)
    await api("POST", f"/v2/databases/{database_id}/keyspaces/audit")
    await emulator.clock.sleep(4)
    expected = [("PENDING", 5), ("INITIALIZING", 115), ("ACTIVE", 10), ("MAINTENANCE", 4)]
    assert await states(emulator) == expected
    (database,) = (await state(emulator))["databases"]["shown"]
    assert [stage["at"][11:19] for stage in database["history"]] == ["00:00:00", "00:00:05", "00:02:00", "00:02:10"]
    assert [stage["current"] for stage in database["history"]] == [False, False, False, True]
    assert database["keyspaces"] == ["app"]
    await emulator.clock.sleep(6)
    assert (await states(emulator))[-1] == ("ACTIVE", 0)


async def test_a_change_ends_where_the_next_begins(emulator: Emulator, api: Any) -> None:
    database_id = await api.create()
    await emulator.clock.sleep(7)
    await api("POST", f"/v2/databases/{database_id}/terminate")
    await emulator.clock.sleep(60)
    assert await states(emulator) == [("PENDING", 5), ("INITIALIZING", 2), ("TERMINATING", 60), ("TERMINATED", 0)]


async def test_an_added_database_has_been_in_its_state_from_the_start(emulator: Emulator) -> None:
    emulator.add_database("parked", status="PARKED")
    await emulator.clock.sleep(30)
    assert await states(emulator) == [("PARKED", 30)]


async def test_faults_appear_in_states(emulator: Emulator, api: Any) -> None:
    emulator.faults.fail_state("createDatabase")
    database_id = await api.create()
    await emulator.clock.sleep(125)
    assert (await states(emulator))[-1] == ("ERROR", 5)
    emulator.faults.stuck(database_id, "BEWILDERED")
    (database,) = (await state(emulator))["databases"]["shown"]
    assert database["status"] == "BEWILDERED"
    assert database["history"][-1] == {"status": "BEWILDERED", "change": "held by a fault", "at": None, "seconds": 0, "current": True}


async def test_times_of_day_are_real_on_a_scaled_clock() -> None:
    async with Emulator(clock=ScaledClock(1_000_000)) as emulator:
        emulator.hibernate(emulator.add_database("sleepy"))
        shown = await state(emulator)
    began = shown["databases"]["shown"][0]["history"][0]["at"]
    assert shown["clock"]["kind"] == "ScaledClock"
    assert began[:13] <= shown["clock"]["now"][:13]
    assert began[:4] == shown["clock"]["now"][:4]


async def test_names_are_escaped(emulator: Emulator, api: Any) -> None:
    emulator.add_database("a<script>alert(1)</script><img src=x onerror=alert(2)>&amp;", keyspaces=["<b>", '"quoted"'])
    await api("GET", "/v2/<iframe>/'\"")
    emulator.faults.fail_state("createDatabase", status="<svg>")
    text, _ = await fetch(emulator)
    page = Page(text)
    assert {"img", "iframe", "svg"}.isdisjoint(page.tags)
    assert page.tags.count("script") == 1
    assert "a<script>alert(1)</script><img src=x onerror=alert(2)>&amp;" in page.texts
    assert any("ends <svg>" in text for text in page.texts)


async def test_nothing_is_loaded_from_other_hosts_and_no_other_script_may_run(emulator: Emulator) -> None:
    text, headers = await fetch(emulator)
    assert set(Page(text).links) == {"data:,", "/_emulator", "/_emulator/actions"}
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"


async def test_no_token_secret_or_presigned_url_is_shown(emulator: Emulator, api: Any) -> None:
    role_id = (await api("GET", "/v2/organizations/roles")).json[0]["ID"]
    made = (await api("POST", "/v2/tokens", json={"roles": [role_id]})).json
    database_id = emulator.add_database("orders")
    bundle = (await api("POST", f"/v2/databases/{database_id}/secureBundleURL")).json["downloadURL"]
    async with aiohttp.ClientSession() as session, session.get(bundle) as response:
        assert response.status == 200
    await api("GET", f"/v2/{made['token']}/x")
    emulator.add_database(made["token"])
    for path in ("/_emulator", "/_emulator/state.json"):
        text, _ = await fetch(emulator, path)
        assert "AstraCS:" not in text
        assert made["secret"] not in text
        assert "X-Amz-" not in text
        assert bundle.partition("?")[0].rpartition("/")[2] not in text
        assert "a presigned URL" in text


async def test_requests_are_shown_latest_first_and_the_page_is_not_one(emulator: Emulator, api: Any) -> None:
    emulator.faults.reset_after_effect("createDatabase")
    with pytest.raises(aiohttp.ClientError):
        await api.create()
    for _ in range(60):
        await api("GET", "/v2/nowhere")
    await api("GET", "/v2/databases", token="wrong")
    shown = (await state(emulator))["requests"]
    assert (shown["total"], len(shown["shown"])) == (62, 50)
    latest = {"number": 62, "method": "GET", "path": "/v2/databases", "operation": "listDatabases", "status": 401, "outcome": None}
    assert shown["shown"][0].items() >= {"at": "2026-01-01T00:00:00Z", **latest}.items()
    assert shown["shown"][1]["operation"] is None
    assert len(emulator.journal) == 62
    assert "Last requests (50 of 62)" in "".join(Page((await fetch(emulator))[0]).texts)


async def test_the_page_has_no_faults_and_uses_none_up(emulator: Emulator) -> None:
    emulator.faults.status("*", 503)
    emulator.faults.slow_body("getDatabase", 5, times=None)
    emulator.faults.stuck("createDatabase", "PENDING", times=3)
    emulator.faults.not_found_after_create(2)
    faults = {fault["id"]: fault["description"] for fault in (await state(emulator))["faults"]}
    assert [*faults] == ["1", "2", "3", "not_found_after_create"]
    assert [*faults.values()] == [
        "*: answers 503, 1 left",
        "getDatabase: slow body 5",
        "createDatabase: stays PENDING, 3 left",
        "every create: the first 2 reads answer 404",
    ]
    assert len((await state(emulator))["faults"]) == 4


async def test_changed_quirks_are_shown() -> None:
    async with Emulator(quirks=Quirks(null_keyspaces=False, maintenance_lag=3.0)) as emulator:
        shown = {quirk["name"]: (quirk["value"], quirk["default"]) for quirk in (await state(emulator))["quirks"]}
        assert "null_keyspaces: off (default: on)" in Page((await fetch(emulator))[0]).texts
    assert shown == {"null_keyspaces": (False, True), "maintenance_lag": (3.0, 0.0)}


async def test_other_resources_are_listed(emulator: Emulator, api: Any) -> None:
    group_id = emulator.add_pcu_group("wide")
    emulator.add_token({"org-db-view"})
    await api("GET", "/v2/databases/00000000-0000-0000-0000-000000000000")
    resources = {entry["name"]: entry for entry in (await state(emulator))["resources"]}
    assert resources["PCU groups"] == {"name": "PCU groups", "total": 1, "shown": [f"wide ({group_id})"]}
    assert resources["tokens"]["total"] == 2
    assert emulator.token.split(":")[1] in resources["tokens"]["shown"]
    assert not any("unknown" in name for name in resources)


async def test_a_request_shows_what_was_sent_and_why_it_was_refused(emulator: Emulator, api: Any) -> None:
    body = {"name": "orders", "password": "hunter2", "nested": [{"apiKey": "sesame99"}], "sink": "https://ann:sesameurl@host/x"}
    await api("POST", "/v2/databases?token=opensesame", json=body, headers={"X-Note": "sesameheader", "Cookie": "a=secretcookie"})
    (shown,) = (await state(emulator))["requests"]["shown"]
    assert shown["body"]["name"] == "orders"
    assert "unsupported cloud provider" in shown["error"]
    assert shown["headers"]["X-Note"] == "(not shown)"
    assert shown["headers"]["Content-Type"] == "application/json"
    for path in ("/_emulator", "/_emulator/state.json"):
        text, _ = await fetch(emulator, path)
        secrets = "hunter2", "sesame99", "opensesame", "secretcookie", "sesameheader", "sesameurl", emulator.token
        assert [word for word in secrets if word in text] == []
        assert "unsupported cloud provider" in text


async def test_databases_are_found_by_any_of_their_words(emulator: Emulator) -> None:
    for number in range(120):
        emulator.add_database(f"database {number}", status="PARKED" if number == 3 else "ACTIVE")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{emulator.url}/_emulator/state.json?filter=DATABASE+parked") as response:
            shown = (await response.json())["databases"]
        async with session.get(f"{emulator.url}/_emulator?filter=%22%3E%3Cb%3E") as response:
            page = Page(await response.text())
    assert [database["name"] for database in shown["shown"]] == ["database 3"]
    assert (shown["total"], shown["found"]) == (120, 1)
    assert "No database has these words." in page.texts
    assert "Databases (0 of 120)" in page.texts


async def test_many_databases_are_counted_and_the_latest_shown(emulator: Emulator) -> None:
    for number in range(120):
        emulator.add_database(f"database {number}")
    shown = (await state(emulator))["databases"]
    assert (shown["total"], len(shown["shown"]), shown["shown"][0]["name"]) == (120, 100, "database 119")


async def test_the_page_itself_is_read_only(api: Any) -> None:
    answer = await api("POST", "/_emulator")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert (await api("GET", "/_emulator/nothing")).status == 404
    assert (await api("HEAD", "/_emulator")).body == b""


async def test_the_organization_of_a_database_is_shown_if_there_are_several(emulator: Emulator) -> None:
    emulator.add_database("orders")
    assert "Organizations" not in (await fetch(emulator))[0]
    emulator.add_database("stock", organization_id=emulator.add_organization("Other & Sons"))
    assert Page((await fetch(emulator))[0]).texts.count("Other & Sons") == 1
    assert {database["organization"] for database in (await state(emulator))["databases"]["shown"]} == {
        "Emulated Organization",
        "Other & Sons",
    }
