"""Creations by several callers at once, through a proxy that spoils requests at random.

Everything on the server is known to a caller: as a value, as a candidate of an OutcomeUnknownError,
or by one that names the call which shows it. No two callers have the same, and no value is made up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator, VirtualClock
from astra_devops.policies import drn, policy

from .canaries import everything_shown
from .spoiling_proxy import SpoilingProxy
from .test_spoiled_calls import SETTINGS, canaries, outcome_of, schedules, spoiled_client, with_run_seed


@attrs.frozen
class Creation:
    """How something is created and listed, and the operation that creates it."""

    operation: str
    create: Callable[[AsyncAstraDevOps, str], Awaitable[str]]
    list: Callable[[AsyncAstraDevOps], Awaitable[Iterable[str]]]

    def __repr__(self) -> str:
        return self.operation


async def create_database(astra: AsyncAstraDevOps, name: str) -> str:
    return (await astra.databases.create(name, cloud_provider="AWS", region="us-east-2")).resource_id or "none"


async def create_role(astra: AsyncAstraDevOps, name: str) -> str:
    organization = await astra.organizations.current()
    return (await astra.roles.create(name, policy("", ["org-db-view"], [drn(organization.id)]))).id


async def create_token(astra: AsyncAstraDevOps, name: str) -> str:
    return (await astra.tokens.create(["RO User"], description=name)).client_id


async def create_pcu_group(astra: AsyncAstraDevOps, name: str) -> str:
    operation = await astra.pcu_groups.create(name, cloud_provider="aws", region="us-east-2", min=1, max=2)
    return operation.resource_id or "none"


async def create_scim_user(astra: AsyncAstraDevOps, name: str) -> str:
    return (await astra.scim.create_user(f"{name}@example.com")).id or "none"


async def create_scim_group(astra: AsyncAstraDevOps, name: str) -> str:
    return (await astra.scim.create_group(name)).id or "none"


async def list_databases(astra: AsyncAstraDevOps) -> Iterable[str]:
    return [database.id for database in await astra.databases.list(include="all").collect()]


async def list_roles(astra: AsyncAstraDevOps) -> Iterable[str]:
    return [role.id for role in await astra.roles.list()]


async def list_tokens(astra: AsyncAstraDevOps) -> Iterable[str]:
    return [token.client_id for token in await astra.tokens.list()]


async def list_pcu_groups(astra: AsyncAstraDevOps) -> Iterable[str]:
    return [group.id for group in await astra.pcu_groups.list()]


async def list_scim_users(astra: AsyncAstraDevOps) -> Iterable[str]:
    return [user.id or "none" for user in await astra.scim.list_users().collect()]


async def list_scim_groups(astra: AsyncAstraDevOps) -> Iterable[str]:
    return [group.id or "none" for group in await astra.scim.list_groups().collect()]


CREATIONS = [
    Creation("createDatabase", create_database, list_databases),
    Creation("addOrganizationRole", create_role, list_roles),
    Creation("createToken", create_token, list_tokens),
    Creation("pcuCreate", create_pcu_group, list_pcu_groups),
    Creation("createSCIMUser", create_scim_user, list_scim_users),
    Creation("createSCIMGroup", create_scim_group, list_scim_groups),
]
# Several creations of one name, which the service permits for some kinds.
callers = st.lists(st.tuples(st.sampled_from(CREATIONS), st.sampled_from(["orders", "stock"])), min_size=1, max_size=5)


@with_run_seed
@SETTINGS
@given(plan=callers, schedule=schedules, lag=st.sampled_from([0.0, 0.0, 5.0, 12.0]))
def test_creations_on_the_server_equal_creations_known_to_callers(
    plan: list[tuple[Creation, str]], schedule: list[str | None], lag: float
) -> None:
    asyncio.run(check_creations(plan, schedule, lag))


async def check_creations(plan: list[tuple[Creation, str]], schedule: list[str | None], lag: float) -> None:
    async with Emulator(clock=VirtualClock()) as emulator, emulator.async_client() as observer:
        before = {creation.operation: set(await creation.list(observer)) for creation in CREATIONS}
        proxy = SpoilingProxy(emulator.url)
        async with proxy.running(), spoiled_client(emulator, proxy) as astra:
            emulator.faults.list_lag(lag)
            proxy.spoil(schedule)
            reports = await asyncio.gather(*[outcome_of(creation.create(astra, name)) for creation, name in plan])
        await emulator.clock.sleep(lag)
        for creation in CREATIONS:
            new = set(await creation.list(observer)) - before[creation.operation]
            check_kind(creation, new, [report for (kind, _), report in zip(plan, reports, strict=True) if kind is creation])
        for report in reports:
            if isinstance(report, Exception):
                shown = everything_shown(report)
                assert not any(canary in shown for canary in canaries(emulator))


def check_kind(creation: Creation, new: set[str], reports: list[Any]) -> None:
    """Compare what is new on the server with what the callers of one kind know."""
    values = [report for report in reports if isinstance(report, str)]
    unknown = [report for report in reports if isinstance(report, errors.OutcomeUnknownError) and report.operation == creation.operation]
    assert len(set(values)) == len(values), f"{creation}: two callers have the same of {values}"
    assert set(values) <= new, f"{creation}: {set(values) - new} does not exist"
    orphans = new - set(values)
    assert len(orphans) <= len(unknown) + sum(isinstance(report, errors.ResponseDecodeError) for report in reports), (
        f"{creation}: {len(orphans)} are known to no caller; reports: {reports}"
    )
    for report in unknown:
        assert set(report.candidates) & orphans or "()" in report.how_to_find_out
