"""Declared state: what should be there, the plan that leads to it, and what came of applying it."""

from astra_devops.desired.apply import Applied
from astra_devops.desired.change import Change
from astra_devops.desired.declaration import Declaration
from astra_devops.desired.document import load
from astra_devops.desired.kinds.databases import Database
from astra_devops.desired.kinds.kind import Undeclared
from astra_devops.desired.kinds.roles import Role
from astra_devops.desired.kinds.users import User
from astra_devops.desired.plan import Plan

__all__ = ["Applied", "Change", "Database", "Declaration", "Plan", "Role", "Undeclared", "User", "load"]
