"""Rotation: at every moment one of the two tokens works, and whoever is told of a failure knows which."""

import asyncio
from datetime import timedelta

import pytest

from astra_devops import AsyncAstraDevOps, RequestEvent, errors
from astra_devops.policies import drn, policy

pytestmark = pytest.mark.anyio


def client(emulator, token):
    return AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock)


async def works(emulator, token):
    async with client(emulator, token) as astra:
        try:
            await astra.organizations.current()
        except errors.AuthenticationError:
            return False
    return True


@pytest.fixture
async def old(astra):
    return await astra.tokens.create(["UI View Only"], description="report")


class Keeper:
    """Where a program keeps its token. ``broken`` is what it raises instead of taking another."""

    def __init__(self, broken=None):
        self.taken = []
        self.broken = broken

    def __call__(self, new):
        self.taken.append(new)
        if self.broken is not None:
            raise self.broken


async def test_the_new_one_is_handed_over_before_the_old_one_ends(emulator, astra, old):
    both_worked = []

    async def on_new(new):
        both_worked.append((await works(emulator, old.token), await works(emulator, new.token)))

    new = await astra.tokens.rotate(old.client_id, on_new=on_new)
    assert both_worked == [(True, True)]
    assert await works(emulator, new.token)
    assert not await works(emulator, old.token)
    listed = {info.client_id: info for info in await astra.tokens.list()}
    assert old.client_id not in listed
    assert (listed[new.client_id].roles, listed[new.client_id].description) == (old.roles, "report")


async def test_a_client_replaces_its_own_token(emulator, astra):
    made = await astra.tokens.create(["Organization Administrator"])
    keeper = Keeper()
    current = {"token": made.token}

    def on_new(new):
        keeper(new)
        current["token"] = new.token

    async with client(emulator, lambda: current["token"]) as service:
        new = await service.tokens.rotate(on_new=on_new)
        assert keeper.taken == [new]
        assert {info.client_id for info in await service.tokens.list()} == {emulator.token.split(":")[1], new.client_id}
    assert not await works(emulator, made.token)


async def test_the_whole_is_done_with_the_token_of_the_beginning(emulator, astra):
    """The new token may be one that could not revoke anything."""
    made = await astra.tokens.create(["Organization Administrator"])
    current = {"token": made.token}
    async with client(emulator, lambda: current["token"]) as service:
        new = await service.tokens.rotate(roles=["UI View Only"], on_new=lambda new: current.update(token=new.token))
        assert await service.databases.list().collect() == []
    assert not await works(emulator, made.token)
    assert await works(emulator, new.token)


async def test_a_self_replacing_client_survives_the_loss_of_the_last_answer(emulator, astra):
    made = await astra.tokens.create(["Organization Administrator"])
    emulator.faults.reset_after_effect("deleteTokenForClient")
    async with client(emulator, made.token) as service:
        new = await service.tokens.rotate(on_new=Keeper())
    assert await works(emulator, new.token)
    assert not await works(emulator, made.token)


async def test_what_is_given_takes_the_place_of_what_was(emulator, astra, old):
    expiry = emulator.clock.now() + timedelta(days=7)
    new = await astra.tokens.rotate(old.client_id, on_new=Keeper(), roles=["RO User"], description="reader", expires_at=expiry)
    role = await astra.roles.find("RO User")
    assert (new.roles, new.description) == ([role.id], "reader")
    assert abs(new.token_expiry - expiry) < timedelta(seconds=1)


async def test_the_new_one_lasts_as_long_as_the_old_one_did(emulator, astra):
    old = await astra.tokens.create(["UI View Only"], expires_at=emulator.clock.now() + timedelta(days=30))
    await emulator.clock.sleep(10 * 86400)
    new = await astra.tokens.rotate(old.client_id, on_new=Keeper())
    assert abs(new.token_expiry - emulator.clock.now() - timedelta(days=30)) < timedelta(minutes=1)


async def test_a_name_that_granted_nothing_grants_nothing_to_the_new_one(emulator, astra):
    answer = await astra.request("createToken", body={"roles": ["Organization Administrator"]})
    new = await astra.tokens.rotate(answer.value.client_id, on_new=Keeper())
    async with client(emulator, new.token) as service:
        assert await service.can("org-db-view") is None
        with pytest.raises(errors.PermissionDeniedError):
            await service.tokens.list()


async def test_a_new_token_may_be_known_a_little_late(emulator, astra, old):
    unknown = {"errors": [{"ID": 340018, "message": "unknown"}]}
    emulator.faults.status("getCurrentOrganization", 401, body=unknown, times=2)
    new = await astra.tokens.rotate(old.client_id, on_new=Keeper())
    assert await works(emulator, new.token)


async def test_a_token_that_may_do_little_works_all_the_same(emulator, astra, old):
    emulator.faults.status("getCurrentOrganization", 401, body=b"null")
    assert await works(emulator, (await astra.tokens.rotate(old.client_id, on_new=Keeper())).token)


@pytest.mark.parametrize("status", [401, 503])
async def test_a_new_token_that_does_not_work_is_taken_back(emulator, astra, old, status):
    keeper = Keeper()
    emulator.faults.status("getCurrentOrganization", status, body={"errors": [{"message": "no"}]}, times=None)
    with pytest.raises((errors.AuthenticationError, errors.ServerError)) as caught:
        await astra.tokens.rotate(old.client_id, on_new=keeper)
    emulator.faults.clear()
    assert keeper.taken == []
    assert len(await astra.tokens.list()) == 2
    assert await works(emulator, old.token)
    (note,) = [note for note in caught.value.__notes__ if "new token" in note]
    assert "which was deleted" in note
    assert old.client_id in note


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_new_token_that_nobody_takes_is_taken_back(emulator, astra, old, kind):
    keeper = Keeper(LookupError("no vault"))

    async def on_new(new):
        keeper(new)

    with pytest.raises(LookupError, match="no vault") as caught:
        await astra.tokens.rotate(old.client_id, on_new=keeper if kind == "sync" else on_new)
    (new,) = keeper.taken
    assert not await works(emulator, new.token)
    assert await works(emulator, old.token)
    (note,) = caught.value.__notes__
    assert new.client_id in note
    assert "which was deleted" in note
    assert_no_secret(caught.value, new)


async def test_what_cannot_be_taken_back_is_told(emulator, astra, old):
    keeper = Keeper(LookupError("no vault"))
    emulator.faults.status("deleteTokenForClient", 403, times=None)
    with pytest.raises(LookupError) as caught:
        await astra.tokens.rotate(old.client_id, on_new=keeper)
    (new,) = keeper.taken
    (note,) = caught.value.__notes__
    assert "both tokens work now" in note
    assert new.client_id in note
    assert old.client_id in note
    assert_no_secret(caught.value, new)


async def test_an_old_token_that_cannot_be_revoked_is_told(emulator, astra, old):
    keeper = Keeper()
    emulator.faults.status("deleteTokenForClient", 403, body={"errors": [{"message": "no"}]}, times=None)
    with pytest.raises(errors.PermissionDeniedError) as caught:
        await astra.tokens.rotate(old.client_id, on_new=keeper)
    (new,) = keeper.taken
    assert await works(emulator, new.token)
    assert await works(emulator, old.token)
    (note,) = caught.value.__notes__
    assert f"the old one, client id {old.client_id}, is still valid" in note
    assert new.client_id in note
    assert_no_secret(caught.value, new)


async def test_an_old_token_that_is_gone_already_is_no_failure(emulator, astra, old):
    async def on_new(new):
        await astra.tokens.delete(old.client_id)

    assert await works(emulator, (await astra.tokens.rotate(old.client_id, on_new=on_new)).token)


async def test_a_lost_answer_to_the_creation_leaves_the_old_one_and_names_the_new(emulator, astra, old):
    emulator.faults.reset_after_effect("createToken")
    keeper = Keeper()
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await astra.tokens.rotate(old.client_id, on_new=keeper)
    assert keeper.taken == []
    assert await works(emulator, old.token)
    others = {info.client_id for info in await astra.tokens.list()} - {old.client_id, emulator.token.split(":")[1]}
    assert others <= set(caught.value.candidates)
    assert any("still works" in note for note in caught.value.__notes__)


async def test_cut_short_while_trying_out_it_takes_the_new_one_back(emulator, astra, old):
    trying = asyncio.Event()

    def observe(event):
        if isinstance(event, RequestEvent) and event.operation == "getCurrentOrganization":
            trying.set()

    emulator.faults.no_answer("getCurrentOrganization")
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock, observer=observe) as watched:
        task = asyncio.create_task(watched.tokens.rotate(old.client_id, on_new=Keeper()))
        await trying.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
    assert len(await astra.tokens.list()) == 2
    assert any("which was deleted" in note for note in caught.value.__notes__)


async def test_cut_short_while_handing_over_it_keeps_both(emulator, astra, old):
    taken = []
    begun = asyncio.Event()

    async def on_new(new):
        taken.append(new)
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(astra.tokens.rotate(old.client_id, on_new=on_new))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert await works(emulator, taken[0].token)
    assert await works(emulator, old.token)
    (note,) = caught.value.__notes__
    assert "both tokens work now" in note
    assert_no_secret(caught.value, taken[0])


async def test_a_token_that_does_not_exist_is_refused_before_another_is_made(emulator, astra):
    with pytest.raises(ValueError, match="client_id"):
        await astra.tokens.rotate("z" * 24, on_new=Keeper())
    assert emulator.journal.count("createToken") == 0


async def test_who_may_not_see_tokens_makes_none(emulator, astra):
    role = await astra.roles.create("writer", policy("", ["org-token-write"], [drn(emulator.organization_id)]))
    made = await astra.tokens.create([role])
    async with client(emulator, made.token) as service:
        with pytest.raises(errors.PermissionDeniedError):
            await service.tokens.rotate(on_new=Keeper())
    assert emulator.journal.count("createToken") == 1


async def test_bad_arguments_are_named_and_nothing_is_sent(emulator, astra):
    with pytest.raises(TypeError, match="on_new"):
        await astra.tokens.rotate(on_new=None)
    with pytest.raises(ValueError, match="expires_at"):
        await astra.tokens.rotate(on_new=Keeper(), expires_at=emulator.clock.now())
    with pytest.raises(ValueError, match="client_id"):
        await astra.tokens.rotate(emulator.token, on_new=Keeper())
    assert len(emulator.journal) == 0


def assert_no_secret(error, token):
    shown = f"{error!r} {error} {getattr(error, '__notes__', [])}"
    assert token.token.reveal() not in shown
    assert token.token.reveal().split(":")[2] not in shown
    assert token.secret.reveal() not in shown
