"""Tokens: secrets are shown only on request, and no token is created twice."""

import hashlib
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, Secret, errors
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.models import Token

pytestmark = pytest.mark.anyio

FAMILIES = {
    "tokens": ("createToken", "getTokensForOrg", "deleteToken"),
    "client_id_secrets": ("generateTokenForClient", "getClientsForOrg", "deleteTokenForClient"),
}


def client(emulator: Emulator, token: str) -> Any:
    return AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock)


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_token_is_created_works_and_is_revoked(emulator: Emulator, astra: AsyncAstraDevOps, family: Any) -> None:
    expiry = emulator.clock.now() + timedelta(days=30)
    token = await astra.tokens.create(["UI View Only"], description="report", expires_at=expiry, family=family)
    async with client(emulator, token.token) as service:
        assert await service.databases.list().collect() == []
        infos = {info.client_id: info for info in await astra.tokens.list(family=family)}
        info = infos[token.client_id]
        assert (info.roles, info.description) == (token.roles, "report")
        assert abs(info.token_expiry - expiry) < timedelta(seconds=1)
        assert info.generated_on.tzinfo is not None
        await astra.tokens.delete(token.client_id, family=family)
        with pytest.raises(errors.AuthenticationError) as caught:
            await service.databases.list().collect()
    assert [detail.id for detail in caught.value.errors] == [340018]
    assert [exchange.operation for exchange in emulator.journal if "oken" in exchange.operation or "lients" in exchange.operation] == [
        FAMILIES[family][1],  # what was there before
        *FAMILIES[family],
    ]


async def test_each_method_has_a_default_family(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    token = await astra.tokens.create(["UI View Only"])
    await astra.tokens.list()
    await astra.tokens.delete(token.client_id)
    assert [exchange.operation for exchange in emulator.journal][1:] == [
        "getTokensForOrg",
        "createToken",
        "getClientsForOrg",
        "deleteTokenForClient",
    ]


async def test_secrets_are_not_shown(astra: AsyncAstraDevOps) -> None:
    token = await astra.tokens.create(["UI View Only"])
    assert isinstance(token.token, Secret)
    assert isinstance(token.secret, Secret)
    digest = hashlib.sha256(token.secret.reveal().encode()).hexdigest()
    assert token.token.reveal() == f"AstraCS:{token.client_id}:{digest}"
    text = repr(token) + repr(pickle.dumps(token))
    assert digest not in text
    assert token.secret.reveal() not in text
    assert not any(token.secret.reveal() in repr(info) for info in await astra.tokens.list())


async def test_a_token_that_the_answer_leaves_out_is_computed_from_the_secret(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body("createToken", {"clientId": "c" * 24, "secret": "s", "orgId": "o", "roles": []})
    token = await astra.tokens.create(["UI View Only"])
    assert token.token.reveal() == f"AstraCS:{'c' * 24}:{hashlib.sha256(b's').hexdigest()}"


async def test_an_unreadable_answer_keeps_the_secrets_and_does_not_show_them(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body("createToken", {"secret": "hush-hush"})
    with pytest.raises(errors.ResponseDecodeError) as caught:
        await astra.tokens.create(["UI View Only"])
    assert b"hush-hush" in caught.value.body.reveal()
    assert "hush-hush" not in f"{caught.value!r} {caught.value} {caught.value.__context__!r}"


async def test_an_expired_token_is_unknown(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    token = await astra.tokens.create(["UI View Only"], expires_at=emulator.clock.now() + timedelta(minutes=5))
    await emulator.clock.sleep(301)
    async with client(emulator, token.token) as service:
        with pytest.raises(errors.AuthenticationError):
            await service.databases.list().collect()


async def test_roles_by_name_are_sent_as_ids(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    role = await astra.roles.find("UI View Only")
    await astra.tokens.create(["UI View Only", role])
    assert emulator.journal.of("createToken")[0].body == {"roles": [role.id]}
    with pytest.raises(ValueError, match="existing roles, not 'unknown'"):
        await astra.tokens.create(["unknown"])
    assert emulator.journal.count("createToken") == 1


async def test_nanoseconds_and_none(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    emulator.faults.body(
        "getClientsForOrg",
        {"clients": [{"clientId": "c", "roles": None, "generatedOn": "2021-05-01T08:00:10.799083554Z", "tokenExpiry": None}]},
    )
    (info,) = await astra.tokens.list()
    assert info.generated_on == datetime(2021, 5, 1, 8, 0, 10, 799083, tzinfo=UTC)
    assert (info.token_expiry, info.roles) == (None, [])
    emulator.faults.body("getClientsForOrg", {"clients": None})
    assert await astra.tokens.list() == []


async def test_a_lost_answer_to_create_names_the_token_to_delete(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    older = await astra.tokens.create(["UI View Only"], description="report")
    emulator.faults.reset_after_effect("createToken")
    with pytest.raises(errors.OutcomeUnknownError, match="createToken") as caught:
        await astra.tokens.create(["UI View Only"], description="report")
    assert emulator.journal.count("createToken") == 2
    infos = {info.client_id for info in await astra.tokens.list() if info.description == "report"}
    assert set(caught.value.candidates) == infos - {older.client_id}
    assert "delete it" in caught.value.how_to_find_out
    assert caught.value.candidates[0] in str(caught.value)


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_request_lost_before_its_effect_is_not_repeated(emulator: Emulator, astra: AsyncAstraDevOps, family: Any) -> None:
    emulator.faults.reset_before_effect(FAMILIES[family][0])
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.tokens.create(["UI View Only"], family=family)
    assert caught.value.candidates == ()
    assert emulator.journal.count(FAMILIES[family][0]) == 1
    assert len(await astra.tokens.list()) == 1


@pytest.mark.parametrize("family", FAMILIES)
async def test_lost_answers_to_delete_are_reconciled(emulator: Emulator, astra: AsyncAstraDevOps, family: Any) -> None:
    _, listing, deletion = FAMILIES[family]
    first, second = [await astra.tokens.create(["UI View Only"]) for _ in range(2)]
    emulator.journal.clear()
    emulator.faults.reset_after_effect(deletion)
    await astra.tokens.delete(first.client_id, family=family)
    assert (emulator.journal.count(deletion), emulator.journal.count(listing)) == (1, 1)
    emulator.faults.reset_before_effect(deletion)
    await astra.tokens.delete(second.client_id, family=family)
    assert len(await astra.tokens.list()) == 1
    with pytest.raises(errors.NotFoundError):
        await astra.tokens.delete(second.client_id, family=family)


async def test_a_token_can_revoke_itself_although_the_answer_is_lost(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    token = await astra.tokens.create(["Organization Administrator"])
    async with client(emulator, token.token) as service:
        emulator.faults.reset_after_effect("deleteTokenForClient")
        await service.tokens.delete(token.client_id)
    assert emulator.journal.count("deleteTokenForClient") == 1


async def test_the_service_takes_a_name_for_an_id_and_grants_nothing(emulator: Emulator) -> None:
    """The service accepts the name, and the token has no permissions; the client looks names up."""
    async with client(emulator, emulator.token) as astra:
        answer = await astra.request("createToken", body={"roles": ["Organization Administrator"]})
        assert isinstance(answer.value, Token)
        async with client(emulator, answer.value.token) as service:
            with pytest.raises(errors.PermissionDeniedError):
                await service.tokens.list()


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    soon = emulator.clock.now() + timedelta(days=1)
    for problem, arguments in {
        "roles must not be empty": {"roles": []},
        "expires_at must have a time zone": {"roles": ["r"], "expires_at": soon.replace(tzinfo=None)},
        "expires_at must be in the future": {"roles": ["r"], "expires_at": emulator.clock.now()},
        "family": {"roles": ["r"], "family": "secrets"},
        "organization_id must not be empty": {"roles": ["r"], "organization_id": ""},
    }.items():
        with pytest.raises(ValueError, match=problem):
            await astra.tokens.create(**arguments)
    with pytest.raises(TypeError, match="roles"):
        await astra.tokens.create("Organization Administrator")
    with pytest.raises(TypeError, match="expires_at"):
        await astra.tokens.create(["r"], expires_at="tomorrow")
    with pytest.raises(ValueError, match="family"):
        await astra.tokens.list(family="")
    with pytest.raises(ValueError, match="client_id must be an id, not a token") as caught:
        await astra.tokens.delete(emulator.token)
    assert emulator.token.split(":")[2] not in str(caught.value)
    assert len(emulator.journal) == 0


async def test_a_refusal_shows_no_secret() -> None:
    async with Emulator(clock=VirtualClock(), quirks=Quirks(role_names_taken_for_ids=False)) as emulator:
        async with client(emulator, emulator.token) as astra:
            with pytest.raises(errors.BadRequestError, match="Role ID not found") as caught:
                await astra.tokens.create(["00000000-0000-4000-8000-000000000000"])
        assert emulator.token not in repr(caught.value.__dict__)


async def test_a_sweep_revokes_old_tokens_but_never_the_one_in_use(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    old = [emulator.add_token({"org-db-view"}).split(":")[1] for _ in range(3)]
    emulator.clock.advance(timedelta(days=91).total_seconds())
    young = emulator.add_token({"org-db-view"}).split(":")[1]
    own = emulator.token.split(":")[1]

    found = await astra.tokens.sweep(older_than=timedelta(days=90), dry_run=True)
    assert ([token.client_id for token in found], {token.state for token in found}) == (sorted(old), {"found"})
    assert emulator.journal.count("deleteTokenForClient") == 0

    swept = await astra.tokens.sweep(older_than=timedelta(days=90), unused=[old[1], young, own])
    assert [(token.client_id, token.state) for token in swept] == [(old[1], "revoked")]

    emulator.faults.status("deleteTokenForClient", 403)
    swept = await astra.tokens.sweep(older_than=timedelta())
    assert sorted(token.state for token in swept) == ["failed", "revoked"]
    assert {info.client_id for info in await astra.tokens.list()} == {own, young, *(token.client_id for token in swept if token.error)}


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"older_than": 90}, TypeError, "older_than"),
        ({"older_than": timedelta(-1)}, ValueError, "older_than must not be negative"),
        ({"older_than": timedelta(1), "unused": "abc"}, TypeError, "unused must be"),
        ({"older_than": timedelta(1), "unused": ["AstraCS:abc:def"]}, ValueError, "unused must be an id, not a token"),
    ],
)
async def test_a_sweep_refuses_wrong_arguments(
    astra: AsyncAstraDevOps, arguments: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        await astra.tokens.sweep(**arguments)
