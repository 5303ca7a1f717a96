"""The modules that list and change databases, each imported when it is first used.

A program that reads single databases does not wait for them: they would take a tenth of the time
that it needs for its first answer.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from astra_devops._rest.models import databases_requests as bodies
    from astra_devops.operations import listing
    from astra_devops.operations.conditions import databases as conditions
    from astra_devops.resources import _database_requests as requests
    from astra_devops.resources import _wake as waking
    from astra_devops.resources._outcome import reconcile
    from astra_devops.resources._short_lived import names, sweeping, termination
else:
    from astra_devops._first_use import ModuleOnFirstUse

    bodies = ModuleOnFirstUse("astra_devops._rest.models.databases_requests")
    conditions = ModuleOnFirstUse("astra_devops.operations.conditions.databases")
    listing = ModuleOnFirstUse("astra_devops.operations.listing")
    names = ModuleOnFirstUse("astra_devops.resources._short_lived.names")
    reconcile = ModuleOnFirstUse("astra_devops.resources._outcome.reconcile")
    requests = ModuleOnFirstUse("astra_devops.resources._database_requests")
    sweeping = ModuleOnFirstUse("astra_devops.resources._short_lived.sweeping")
    termination = ModuleOnFirstUse("astra_devops.resources._short_lived.termination")
    waking = ModuleOnFirstUse("astra_devops.resources._wake")

__all__ = ["bodies", "conditions", "listing", "names", "reconcile", "requests", "sweeping", "termination", "waking"]
