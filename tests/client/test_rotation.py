"""Rotation: at every moment one of the two tokens works, and an error says which."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from astra_devops import AsyncAstraDevOps, RequestEvent, errors
from astra_devops.emulator import Emulator
from astra_devops.policies import drn, policy

pytestmark = pytest.mark.anyio


def client(emulator: Emulator, token: str) -> Any:
    return AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock)


async def works(emulator: Emulator, token: str) -> Any:
    async with client(emulator, token) as astra:
        try:
            await astra.organizations.current()
        except errors.AuthenticationError:
            return False
    return True


@pytest.fixture
async def old(astra: AsyncAstraDevOps) -> Any:
    return await astra.tokens.create(["UI View Only"], description="report")


class TokenStore:
    """An ``on_new`` that stores tokens, and then raises ``error`` if there is one."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.tokens = []
        self.error = error

    def __call__(self, new: Any) -> None:
        self.tokens.append(new)
        if self.error is not None:
            raise self.error


async def test_on_new_gets_the_new_token_before_the_old_one_is_revoked(emulator: Emulator, astra: AsyncAstraDevOps, old: Any) -> None:
    both_worked = []

    async def on_new(new: Any) -> None:
        both_worked.append((await works(emulator, old.token), await works(emulator, new.token)))

    new = await astra.tokens.rotate(old.client_id, on_new=on_new)
    assert both_worked == [(True, True)]
    assert await works(emulator, new.token)
    assert not await works(emulator, old.token)
    infos = {info.client_id: info for info in await astra.tokens.list()}
    assert old.client_id not in infos
    assert (infos[new.client_id].roles, infos[new.client_id].description) == (old.roles, "report")


async def test_a_client_replaces_its_own_token(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    made = await astra.tokens.create(["Organization Administrator"])
    store = TokenStore()
    current = {"token": made.token}

    def on_new(new: Any) -> None:
        store(new)
        current["token"] = new.token

    async with client(emulator, lambda: current["token"]) as service:
        new = await service.tokens.rotate(on_new=on_new)
        assert store.tokens == [new]
        assert {info.client_id for info in await service.tokens.list()} == {emulator.token.split(":")[1], new.client_id}
    assert not await works(emulator, made.token)


async def test_a_rotation_keeps_using_the_first_token(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    """The new token may lack the permission to revoke another."""
    made = await astra.tokens.create(["Organization Administrator"])
    current = {"token": made.token}
    async with client(emulator, lambda: current["token"]) as service:
        new = await service.tokens.rotate(roles=["UI View Only"], on_new=lambda new: current.update(token=new.token))
        assert await service.databases.list().collect() == []
    assert not await works(emulator, made.token)
    assert await works(emulator, new.token)


async def test_a_client_that_replaces_its_own_token_survives_a_lost_last_answer(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    made = await astra.tokens.create(["Organization Administrator"])
    emulator.faults.reset_after_effect("deleteTokenForClient")
    async with client(emulator, made.token) as service:
        new = await service.tokens.rotate(on_new=TokenStore())
    assert await works(emulator, new.token)
    assert not await works(emulator, made.token)


async def test_arguments_replace_the_values_of_the_old_token(emulator: Emulator, astra: AsyncAstraDevOps, old: Any) -> None:
    expiry = emulator.clock.now() + timedelta(days=7)
    new = await astra.tokens.rotate(old.client_id, on_new=TokenStore(), roles=["RO User"], description="reader", expires_at=expiry)
    role = await astra.roles.find("RO User")
    assert (new.roles, new.description) == ([role.id], "reader")
    assert abs(new.token_expiry - expiry) < timedelta(seconds=1)


async def test_the_new_token_has_the_lifetime_of_the_old_one(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    old = await astra.tokens.create(["UI View Only"], expires_at=emulator.clock.now() + timedelta(days=30))
    await emulator.clock.sleep(10 * 86400)
    new = await astra.tokens.rotate(old.client_id, on_new=TokenStore())
    assert abs(new.token_expiry - emulator.clock.now() - timedelta(days=30)) < timedelta(minutes=1)


async def test_an_entry_that_is_not_a_role_id_is_not_looked_up_as_a_name(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    answer = await astra.request("createToken", body={"roles": ["Organization Administrator"]})
    new = await astra.tokens.rotate(answer.value.client_id, on_new=TokenStore())
    async with client(emulator, new.token) as service:
        assert await service.can("org-db-view") is None
        with pytest.raises(errors.PermissionDeniedError):
            await service.tokens.list()


async def test_a_new_token_may_become_valid_a_little_late(emulator: Emulator, astra: AsyncAstraDevOps, old: Any) -> None:
    unknown = {"errors": [{"ID": 340018, "message": "unknown"}]}
    emulator.faults.status("getCurrentOrganization", 401, body=unknown, times=2)
    new = await astra.tokens.rotate(old.client_id, on_new=TokenStore())
    assert await works(emulator, new.token)


async def test_a_new_token_without_permissions_counts_as_working(emulator: Emulator, astra: AsyncAstraDevOps, old: Any) -> None:
    emulator.faults.status("getCurrentOrganization", 401, body=b"null")
    assert await works(emulator, (await astra.tokens.rotate(old.client_id, on_new=TokenStore())).token)


@pytest.mark.parametrize("status", [401, 503])
async def test_a_new_token_that_does_not_work_is_deleted(emulator: Emulator, astra: AsyncAstraDevOps, old: Any, status: int) -> None:
    store = TokenStore()
    emulator.faults.status("getCurrentOrganization", status, body={"errors": [{"message": "no"}]}, times=None)
    with pytest.raises((errors.AuthenticationError, errors.ServerError)) as caught:
        await astra.tokens.rotate(old.client_id, on_new=store)
    emulator.faults.clear()
    assert store.tokens == []
    assert len(await astra.tokens.list()) == 2
    assert await works(emulator, old.token)
    note = str(caught.value)
    assert "which was deleted" in note
    assert old.client_id in note


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_new_token_is_deleted_if_on_new_raises(emulator: Emulator, astra: AsyncAstraDevOps, old: Any, kind: str) -> None:
    store = TokenStore(LookupError("no vault"))

    async def on_new(new: Any) -> None:
        store(new)

    with pytest.raises(LookupError, match="no vault") as caught:
        await astra.tokens.rotate(old.client_id, on_new=store if kind == "sync" else on_new)
    (new,) = store.tokens
    assert not await works(emulator, new.token)
    assert await works(emulator, old.token)
    (note,) = caught.value.__notes__
    assert new.client_id in note
    assert "which was deleted" in note
    assert_no_secret(caught.value, new)


async def test_a_new_token_that_cannot_be_deleted_is_reported(emulator: Emulator, astra: AsyncAstraDevOps, old: Any) -> None:
    store = TokenStore(LookupError("no vault"))
    emulator.faults.status("deleteTokenForClient", 403, times=None)
    with pytest.raises(LookupError) as caught:
        await astra.tokens.rotate(old.client_id, on_new=store)
    (new,) = store.tokens
    (note,) = caught.value.__notes__
    assert "both tokens work now" in note
    assert new.client_id in note
    assert old.client_id in note
    assert_no_secret(caught.value, new)


async def test_an_old_token_that_cannot_be_revoked_is_reported(emulator: Emulator, astra: AsyncAstraDevOps, old: Any) -> None:
    store = TokenStore()
    emulator.faults.status("deleteTokenForClient", 403, body={"errors": [{"message": "no"}]}, times=None)
    with pytest.raises(errors.PermissionDeniedError) as caught:
        await astra.tokens.rotate(old.client_id, on_new=store)
    (new,) = store.tokens
    assert await works(emulator, new.token)
    assert await works(emulator, old.token)
    note = str(caught.value)
    assert f"the old one, client id {old.client_id}, is still valid" in note
    assert new.client_id in note
    assert_no_secret(caught.value, new)


async def test_an_old_token_that_is_already_revoked_is_not_an_error(emulator: Emulator, astra: AsyncAstraDevOps, old: Any) -> None:
    async def on_new(new: Any) -> None:
        await astra.tokens.delete(old.client_id)

    assert await works(emulator, (await astra.tokens.rotate(old.client_id, on_new=on_new)).token)


async def test_a_lost_answer_to_the_creation_keeps_the_old_token_and_names_the_new_one(
    emulator: Emulator, astra: AsyncAstraDevOps, old: Any
) -> None:
    emulator.faults.reset_after_effect("createToken")
    store = TokenStore()
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.tokens.rotate(old.client_id, on_new=store)
    assert store.tokens == []
    assert await works(emulator, old.token)
    others = {info.client_id for info in await astra.tokens.list()} - {old.client_id, emulator.token.split(":")[1]}
    assert others <= set(caught.value.candidates)
    assert "still works" in str(caught.value)


async def test_a_rotation_that_is_canceled_during_the_test_deletes_the_new_token(
    emulator: Emulator, astra: AsyncAstraDevOps, old: Any
) -> None:
    request_sent = asyncio.Event()

    def observe(event: Any) -> None:
        if isinstance(event, RequestEvent) and event.operation == "getCurrentOrganization":
            request_sent.set()

    emulator.faults.no_answer("getCurrentOrganization")
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, observer=observe) as observed_client:
        task = asyncio.create_task(observed_client.tokens.rotate(old.client_id, on_new=TokenStore()))
        await request_sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
    assert len(await astra.tokens.list()) == 2
    assert any("which was deleted" in note for note in caught.value.__notes__)


async def test_a_rotation_that_is_canceled_in_on_new_keeps_both_tokens(emulator: Emulator, astra: AsyncAstraDevOps, old: Any) -> None:
    tokens = []
    started = asyncio.Event()

    async def on_new(new: Any) -> None:
        tokens.append(new)
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(astra.tokens.rotate(old.client_id, on_new=on_new))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert await works(emulator, tokens[0].token)
    assert await works(emulator, old.token)
    (note,) = caught.value.__notes__
    assert "both tokens work now" in note
    assert_no_secret(caught.value, tokens[0])


async def test_a_missing_token_is_refused_before_another_is_created(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(ValueError, match="client_id"):
        await astra.tokens.rotate("z" * 24, on_new=TokenStore())
    assert emulator.journal.count("createToken") == 0


async def test_without_permission_to_list_tokens_none_is_created(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    role = await astra.roles.create("writer", policy("", ["org-token-write"], [drn(emulator.organization_id)]))
    made = await astra.tokens.create([role])
    async with client(emulator, made.token) as service:
        with pytest.raises(errors.PermissionDeniedError):
            await service.tokens.rotate(on_new=TokenStore())
    assert emulator.journal.count("createToken") == 1


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    with pytest.raises(TypeError, match="on_new"):
        await astra.tokens.rotate(on_new=None)
    with pytest.raises(ValueError, match="expires_at"):
        await astra.tokens.rotate(on_new=TokenStore(), expires_at=emulator.clock.now())
    with pytest.raises(ValueError, match="client_id"):
        await astra.tokens.rotate(emulator.token, on_new=TokenStore())
    assert len(emulator.journal) == 0


def assert_no_secret(error: BaseException, token: str) -> None:
    shown = f"{error!r} {error} {getattr(error, '__notes__', [])}"
    assert token.token.reveal() not in shown
    assert token.token.reveal().split(":")[2] not in shown
    assert token.secret.reveal() not in shown
