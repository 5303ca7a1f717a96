"""Token providers and files: asked before each attempt, and retried when they fail."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from astra_devops import AstraDevOps, AsyncAstraDevOps, RetryPolicy, Secret, errors, token_file
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio

QUICK = RetryPolicy(max_attempts=2, base_delay=0)


def client(emulator: Emulator, token: str, **options: Any) -> Any:
    return AsyncAstraDevOps(token, base_url=emulator.url, clock=emulator.clock, **options)


@pytest.fixture
async def role_id(astra: AsyncAstraDevOps) -> Any:
    return next(role.id for role in await astra.roles.list() if role.name == "Organization Administrator")


async def raised_by(call: Any, kind: Any) -> Any:
    with pytest.raises(kind) as caught:
        await call
    return caught.value


async def test_a_rotation_under_load_loses_no_request(emulator: Emulator, astra: AsyncAstraDevOps, role_id: str) -> None:
    old = await astra.tokens.create([role_id])
    holder, refused = [old.token], []
    async with client(emulator, lambda: holder[0]) as rotating:

        async def work() -> None:
            for _ in range(10):
                try:
                    await rotating.regions.list()
                except errors.AuthenticationError as error:
                    refused.append(error)
                except errors.AstraDevOpsError:
                    await asyncio.sleep(0)

        emulator.faults.rate_limit("listServerlessRegions", retry_after="1", probability=0.3, times=None)
        workers = [asyncio.ensure_future(work()) for _ in range(50)]
        for _ in range(3):
            old = await astra.tokens.rotate(old.client_id, on_new=lambda new: holder.__setitem__(0, new.token))
        await asyncio.gather(*workers)
    assert not refused
    assert 401 not in [one.status for one in emulator.journal.of("listServerlessRegions")][-50:]


@pytest.mark.parametrize("body", ["null", "{}", '{"errors": [{"ID": 340018, "message": "Resource not found"}]}', "", "<html>no</html>"])
async def test_a_401_of_any_kind_gets_one_more_attempt_with_a_renewed_token(
    emulator: Emulator, astra: AsyncAstraDevOps, role_id: str, body: str
) -> None:
    tokens = [(await astra.tokens.create([role_id])).token for _ in range(2)]
    emulator.faults.status("getCurrentOrganization", 401, body=body, times=1)
    seen = len(emulator.journal.of("getCurrentOrganization"))
    async with client(emulator, lambda: tokens.pop(0) if len(tokens) > 1 else tokens[0], retry=RetryPolicy(max_attempts=1)) as renewed:
        await renewed.organizations.current()
    assert [one.status for one in emulator.journal.of("getCurrentOrganization")][seen:] == [401, 200]


async def test_a_write_that_was_refused_with_401_is_sent_once_more_with_a_renewed_token(
    emulator: Emulator, astra: AsyncAstraDevOps, role_id: str
) -> None:
    new = (await astra.tokens.create([role_id])).token
    old = await astra.tokens.create([role_id])
    await astra.tokens.delete(old.client_id)
    tokens = [old.token, new]
    async with client(emulator, lambda: tokens.pop(0) if len(tokens) > 1 else tokens[0]) as renewed:
        await renewed.keyspaces.create(emulator.add_database("orders"), "sales")
    assert [one.status for one in emulator.journal.of("addKeyspace")] == [401, 201]


async def test_a_401_with_the_same_token_is_final(emulator: Emulator) -> Any:
    asked = []

    def provider() -> Any:
        asked.append(None)
        return emulator.token

    emulator.faults.status("getCurrentOrganization", 401, times=None)
    async with client(emulator, provider) as astra:
        await raised_by(astra.organizations.current(), errors.AuthenticationError)
    assert emulator.journal.count("getCurrentOrganization") == 1
    assert len(asked) == 2


async def test_a_provider_that_always_has_another_token_is_not_followed_forever(
    emulator: Emulator, astra: AsyncAstraDevOps, role_id: str
) -> None:
    emulator.faults.status("getCurrentOrganization", 401, times=None)
    tokens = [(await astra.tokens.create([role_id])).token for _ in range(5)]
    async with client(emulator, tokens.pop) as changing:
        await raised_by(changing.organizations.current(), errors.AuthenticationError)
    assert emulator.journal.count("getCurrentOrganization") == 2


def raising(error: BaseException) -> Any:
    def provider() -> None:
        raise error

    return provider


def raising_async(error: BaseException) -> Any:
    async def provider() -> None:
        raise error

    return provider


@pytest.mark.parametrize("make", [raising, raising_async])
@pytest.mark.parametrize("error", [OSError("sealed"), TimeoutError("slow vault"), asyncio.CancelledError(), StopIteration(), KeyError("x")])
async def test_what_a_provider_raises_is_the_cause_of_a_request_that_was_not_sent(
    emulator: Emulator, make: Any, error: type[Exception]
) -> None:
    async with client(emulator, make(error), retry=QUICK) as astra:
        failure = await raised_by(astra.organizations.current(), errors.RequestNotSentError)
        assert "the token provider raised" in str(failure)
        assert failure.attempts == 2
        assert failure.__cause__ is error or isinstance(error, StopIteration)
        for call in (astra.tokens.rotate(on_new=print), astra.can("org-db-view")):
            assert isinstance(await raised_by(call, errors.AstraDevOpsError), errors.RequestNotSentError)
    assert not emulator.journal.of("getCurrentOrganization")


async def test_a_base_exception_of_a_provider_goes_through(emulator: Emulator) -> None:
    class Stop(BaseException):
        pass

    async with client(emulator, raising(Stop())) as astra:
        await raised_by(astra.organizations.current(), Stop)
    assert not emulator.journal.of("getCurrentOrganization")


async def test_a_provider_that_hangs_is_bounded_by_the_timeout_of_the_call(emulator: Emulator) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async with client(emulator, never, timeout=0.2) as astra:
        failure = await raised_by(astra.organizations.current(), errors.RequestNotSentError)
    assert "did not return in time" in str(failure)


async def test_a_canceled_call_ends_while_its_provider_hangs(emulator: Emulator) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async with client(emulator, never) as astra:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await astra.organizations.current()


async def test_a_provider_that_fails_once_costs_one_attempt(emulator: Emulator) -> Any:
    failures = [OSError("sealed"), OSError("sealed")]

    def provider() -> Any:
        if failures:
            raise failures.pop()
        return Secret(f"{emulator.token}\n")

    async with client(emulator, provider) as astra:
        await astra.organizations.current()
    assert emulator.journal.count("getCurrentOrganization") == 1


async def test_a_token_file_is_followed_through_a_rotation(
    emulator: Emulator, astra: AsyncAstraDevOps, role_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "token"
    path.write_text((await astra.tokens.create([role_id])).token.reveal() + "\n")

    def store(new: Any) -> None:
        (tmp_path / "new").write_text(new.token.reveal())
        (tmp_path / "new").rename(path)

    async with client(emulator, token_file(path)) as rotating:
        await rotating.tokens.rotate(on_new=store)
        await rotating.organizations.current()
        path.write_text("")
        failure = await raised_by(rotating.organizations.current(), errors.RequestNotSentError)
    assert str(path) in str(failure)
    async with client(emulator, token_file(tmp_path / "gone")) as without:
        failure = await raised_by(without.organizations.current(), errors.ConfigurationError)
    assert f"{tmp_path}/gone cannot be read: No such file" in str(failure)


def test_the_blocking_client_runs_plain_providers_in_a_worker_thread_and_reads_files(tmp_path: Path) -> Any:
    threads = []
    with Emulator.running() as emulator:
        (tmp_path / "token").write_text(f"{emulator.token}\n")

        def provider() -> Any:
            threads.append(threading.current_thread())
            return f"{emulator.token}\n"

        for token in (provider, token_file(tmp_path / "token")):
            with AstraDevOps(token, base_url=f"{emulator.url}\n", clock=emulator.clock) as astra:
                astra.organizations.current()
        with (
            AstraDevOps(raising(OSError("sealed")), base_url=emulator.url, clock=emulator.clock) as astra,
            pytest.raises(errors.RequestNotSentError, match="sealed"),
        ):
            astra.organizations.current()
    assert threading.main_thread() not in threads


async def test_the_local_endpoint_of_a_profile_is_where_calls_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    seen = []

    async def handler(request: Any) -> Any:
        seen.append(request.headers["Authorization"])
        return web.json_response([])

    runner = web.ServerRunner(web.Server(handler, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    token = "AstraCS:" + "a" * 24 + ":" + "b" * 64
    path = tmp_path / "profiles"
    path.write_text(
        f"[here]\nASTRA_DB_APPLICATION_TOKEN='{token}'\nASTRA_ENV=LOCAL\nASTRA_LOCAL_ENDPOINT=http://127.0.0.1:{runner.addresses[0][1]}\n"
    )
    path.chmod(0o600)
    monkeypatch.setenv("ASTRARC", str(path))
    async with AsyncAstraDevOps(profile="here") as astra:
        await asyncio.gather(*[astra.with_options(timeout=20).regions.list() for _ in range(3)])
    assert seen == [f"Bearer {token}"] * 3
    await runner.cleanup()
