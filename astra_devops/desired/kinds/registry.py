"""All kinds of resources."""

from collections.abc import Mapping
from typing import Any, Final

from astra_devops.desired.kinds.access_lists import ACCESS_LISTS
from astra_devops.desired.kinds.captures import CAPTURES
from astra_devops.desired.kinds.databases import DATABASES
from astra_devops.desired.kinds.devops_access_list import DEVOPS_ACCESS_LIST
from astra_devops.desired.kinds.kind import Kind
from astra_devops.desired.kinds.pcu_groups import PCU_GROUPS
from astra_devops.desired.kinds.placements import PLACEMENTS
from astra_devops.desired.kinds.roles import ROLES
from astra_devops.desired.kinds.telemetry import TELEMETRY
from astra_devops.desired.kinds.users import USERS

KINDS: Final[tuple[Kind[Any, Any], ...]] = (
    ROLES,
    USERS,
    PCU_GROUPS,
    DATABASES,
    PLACEMENTS,
    ACCESS_LISTS,
    CAPTURES,
    TELEMETRY,
    DEVOPS_ACCESS_LIST,
)
"""Every kind, after those that it needs. Plans read and change them in this order."""

BY_NAME: Final[Mapping[str, Kind[Any, Any]]] = {kind.name: kind for kind in KINDS}
