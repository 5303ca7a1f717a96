"""Declared state: what should be there, the plan that leads to it, and what came of applying it."""

from astra_devops.desired.apply import Applied
from astra_devops.desired.change import Change
from astra_devops.desired.declaration import Declaration
from astra_devops.desired.document import load
from astra_devops.desired.kinds.access_lists import AccessList
from astra_devops.desired.kinds.addresses import Address
from astra_devops.desired.kinds.captures import Capture, Stream
from astra_devops.desired.kinds.databases import Database
from astra_devops.desired.kinds.devops_access_list import DevOpsAccessList
from astra_devops.desired.kinds.kind import Undeclared
from astra_devops.desired.kinds.pcu_groups import PcuGroup
from astra_devops.desired.kinds.placements import Placement
from astra_devops.desired.kinds.roles import Role
from astra_devops.desired.kinds.telemetry import Telemetry
from astra_devops.desired.kinds.users import User
from astra_devops.desired.plan import Plan

__all__ = [
    "AccessList",
    "Address",
    "Applied",
    "Capture",
    "Change",
    "Database",
    "Declaration",
    "DevOpsAccessList",
    "PcuGroup",
    "Placement",
    "Plan",
    "Role",
    "Stream",
    "Telemetry",
    "Undeclared",
    "User",
    "load",
]
