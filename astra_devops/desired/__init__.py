"""Declared state: what should be there, the plan that leads to it, and what came of applying it."""

from astra_devops.desired.apply import Applied
from astra_devops.desired.declaration import Database, Declaration
from astra_devops.desired.document import load
from astra_devops.desired.plan import Change, Plan
from astra_devops.desired.prune import Undeclared

__all__ = ["Applied", "Change", "Database", "Declaration", "Plan", "Undeclared", "load"]
