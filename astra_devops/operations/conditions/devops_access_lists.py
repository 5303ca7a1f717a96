"""The condition of the deletion of the DevOps API's own access list."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import devops_access_lists as endpoints
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext


async def is_deleted(context: PollContext, params: Params) -> Observation[None]:
    """Check whether the list is gone: the service answers 404, or returns an empty one."""
    try:
        answer = await endpoints.get_dev_ops_access_list(context.caller, org_id=params["organization_id"])
    except errors.NotFoundError:
        return Observation(None, done=True)
    return Observation(None, not answer.value.addresses)


DELETE: Final = OperationKind(
    name="devops_access_lists.delete",
    condition=is_deleted,
    timeout=5 * MINUTE,
    resource="organization_id",
    params=("organization_id",),
)
