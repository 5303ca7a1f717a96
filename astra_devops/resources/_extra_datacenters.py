"""Terminating the datacenters of a database that must go before the database itself."""

from astra_devops._rest.models.common_datacenter import Datacenter
from astra_devops._runtime import deadline
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops.operations.conditions import datacenters as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.termination import is_terminating
from astra_devops.resources._outcome.reconcile import find_database
from astra_devops.resources.datacenters import AsyncDatacenters


async def terminate_extra(caller: Caller, operations: OperationFactory, database_id: str) -> None:
    """Terminate all datacenters but the first, waiting for each in turn.

    A database that does not exist, or is being terminated, is left to the call that follows.
    """
    datacenters = AsyncDatacenters(caller, operations)
    with deadline.within(caller.options.timeout):
        database = await find_database(caller, database_id)
        if database is None or is_terminating(database):
            return
        extra = _extra(await datacenters.list(database_id), database.info.region)
    done: list[str] = []
    for datacenter in extra:
        try:
            if datacenter.status == "TERMINATING":
                operation = operations.attach(conditions.TERMINATE, database_id=database_id, datacenter_id=str(datacenter.id))
            else:
                operation = await datacenters.terminate(database_id, str(datacenter.id))
            await operation.wait()
        except BaseException as error:
            add_detail(error, f"while terminating the datacenter in {datacenter.region}; done before it: {', '.join(done) or 'none'}")
            raise
        done.append(datacenter.region)


def _extra(datacenters: list[Datacenter], first_region: str | None) -> list[Datacenter]:
    living = [datacenter for datacenter in datacenters if datacenter.status != "TERMINATED"]
    first = next((datacenter for datacenter in living if datacenter.is_primary or datacenter.region == first_region), None)
    return [datacenter for datacenter in living if datacenter is not (first or living[0])]
