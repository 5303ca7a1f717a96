"""When the access list of the DevOps API is gone."""

from typing import Final

from astra_devops import errors
from astra_devops._rest.endpoints import devops_access_lists as endpoints
from astra_devops.operations.kinds import Kind, Look, Params, Sight


async def deleted(look: Look, params: Params) -> Sight[None]:
    """Reached once there is no list: the service says 404, or gives an empty one."""
    try:
        answer = await endpoints.get_dev_ops_access_list(look.caller, org_id=params["organization_id"])
    except errors.NotFoundError:
        return Sight(None, done=True)
    return Sight(None, not answer.value.addresses)


DELETE: Final = Kind(name="devops_access_lists.delete", goal=deleted, timeout=5 * 60.0, resource="organization_id")
