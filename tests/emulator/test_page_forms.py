"""The buttons of the page: what they do, and whom they serve."""

import base64
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from astra_devops.emulator import Emulator, ScaledClock, VirtualClock

pytestmark = pytest.mark.anyio
ACTIONS = "/_emulator/actions"


@pytest.fixture
async def emulator() -> Any:
    async with Emulator(clock=VirtualClock(auto=False)) as emulator:
        yield emulator


async def form_token(api: Any) -> str:
    page = (await api("GET", "/_emulator")).body.decode()
    (token,) = set(re.findall(r'name="form_token" value="([^"]+)"', page))
    return str(token)


async def submit(api: Any, *, headers: dict[str, str] | None = None, **fields: str) -> Any:
    """Submit a form as the page does, unless a header or field says otherwise."""
    credentials = base64.b64encode(f"me:{api.emulator.token}".encode()).decode()
    sent = {
        "Authorization": f"Basic {credentials}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": api.emulator.url,
        "Sec-Fetch-Site": "same-origin",
    }
    form = {"form_token": await form_token(api)} | fields
    return await api("POST", ACTIONS, data=urlencode(form), headers=sent | (headers or {}))


def notice(answer: Any) -> str:
    (words,) = re.findall(r'<p id="notice" role="alert">([^<]*)</p>', answer.body.decode())
    return str(words)


async def test_the_clock_is_advanced(api: Any) -> None:
    database_id = await api.create()
    answer = await submit(api, action="advance", seconds="600")
    assert (answer.status, answer.headers["Location"]) == (303, "/_emulator")
    assert await api.status(database_id) == "ACTIVE"


async def test_a_fault_is_added_and_removed(emulator: Emulator, api: Any) -> None:
    assert (await submit(api, action="add fault", kind="status", operation="listDatabases", times="")).status == 303
    assert [(await api("GET", "/v2/databases")).status for _ in range(2)] == [503, 503]
    assert (await submit(api, action="remove fault", id="1")).status == 303
    assert (await api("GET", "/v2/databases")).status == 200


async def test_every_fault_of_the_page_can_be_added(emulator: Emulator, api: Any) -> None:
    page = (await api("GET", "/_emulator")).body.decode()
    kinds = re.findall(r'<option value="(\w+)">\w+ ?[^<]', page.partition("</select>")[0])
    assert len(kinds) > 5
    for kind in kinds:
        assert (await submit(api, action="add fault", kind=kind, operation="createDatabase", times="1")).status == 303
    assert len(emulator.faults.active()) == len(kinds)


async def test_a_database_is_hibernated_and_everything_is_removed(emulator: Emulator, api: Any) -> None:
    database_id = emulator.add_database("orders")
    assert (await submit(api, action="hibernate", id=database_id)).status == 303
    assert emulator.databases[database_id].status == "HIBERNATING"
    assert (await submit(api, action="reset")).status == 303
    assert emulator.databases == {}


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"action": "advance", "seconds": "soon"}, 400, "Enter a number."),
        ({"action": "advance", "seconds": "-1"}, 400, "seconds must be a number of seconds from 0"),
        ({"action": "advance", "seconds": "nan"}, 400, "must be"),
        ({"action": "add fault", "kind": "rate_limit", "operation": "list"}, 400, "unknown operation &#x27;list&#x27;"),
        ({"action": "add fault", "kind": "<b>", "operation": "*"}, 400, "&#x27;&lt;b&gt;&#x27; is not a kind of fault"),
        ({"action": "remove fault", "id": "7"}, 404, "no active fault has the id"),
        ({"action": "hibernate", "id": "nothing"}, 404, "must be the id of a database"),
        ({"action": "explode"}, 400, "There is no action &#x27;explode&#x27;."),
        ({}, 400, "There is no action"),
    ],
)
async def test_the_page_shows_why_a_form_was_refused(api: Any, fields: dict[str, str], status: int, words: str) -> None:
    answer = await submit(api, **fields)
    assert answer.status == status
    assert words in notice(answer)


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, {}),
        ({"Sec-Fetch-Site": "same-site"}, {}),
        ({"Sec-Fetch-Site": "none"}, {}),
        ({"Origin": "http://evil.example"}, {}),
        ({"Origin": "http://127.0.0.1:1"}, {}),
        ({"Origin": "null"}, {}),
        ({}, {"form_token": "guessed"}),
        ({}, {"form_token": ""}),
        ({}, {"form_token": "\udcff"}),
    ],
)
async def test_another_page_cannot_use_the_buttons(emulator: Emulator, api: Any, headers: dict[str, str], fields: dict[str, str]) -> None:
    emulator.add_database("orders")
    fields = {name: value.encode(errors="replace").decode() for name, value in fields.items()}
    answer = await submit(api, action="reset", headers=headers, **fields)
    assert answer.status == 403
    assert "did not come from the page" in notice(answer)
    assert len(emulator.databases) == 1


@pytest.mark.parametrize("credentials", ["", "Basic", "Basic !!", "Basic " + base64.b64encode(b"me:wrong").decode(), "Bearer {token}"])
async def test_the_buttons_need_the_token_as_password(emulator: Emulator, api: Any, credentials: str) -> None:
    emulator.add_database("orders")
    answer = await submit(api, action="reset", headers={"Authorization": credentials.format(token=emulator.token)})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert "token as the password" in notice(answer)
    assert len(emulator.databases) == 1


async def test_a_page_whose_clock_moves_by_itself_has_no_button_for_it(api_of: Any) -> None:
    async with Emulator(clock=ScaledClock(60)) as emulator:
        api = api_of(emulator)
        page = (await api("GET", "/_emulator")).body.decode()
        assert "Advance the clock" not in page
        assert (await submit(api, action="advance", seconds="1")).status == 409


async def test_the_address_of_the_forms_leads_back_to_the_page(api: Any) -> None:
    answer = await api("GET", ACTIONS)
    assert (answer.status, answer.headers["Location"]) == (302, "/_emulator")
