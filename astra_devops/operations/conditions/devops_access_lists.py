"""When the access list of the DevOps API is gone."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import devops_access_lists as endpoints
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


async def deleted(context: PollContext, params: Params) -> Observation[None]:
    """Reached once there is no list: the service says 404, or gives an empty one."""
    try:
        answer = await endpoints.get_dev_ops_access_list(context.caller, org_id=params["organization_id"])
    except errors.NotFoundError:
        return Observation(None, done=True)
    return Observation(None, not answer.value.addresses)


DELETE: Final = OperationKind(name="devops_access_lists.delete", condition=deleted, timeout=5 * 60.0, resource="organization_id")
