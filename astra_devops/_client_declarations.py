"""What a client does with declarations: plan, apply and export."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from astra_devops._client_resources import ClientResources
from astra_devops._first_use import importing

if TYPE_CHECKING:
    from astra_devops.desired.apply import Applied
    from astra_devops.desired.declaration import Declaration
    from astra_devops.desired.plan import Plan
    from astra_devops.desired.prune import Prune


class AsyncClientDeclarations(ClientResources):
    """What a client does with declarations."""

    async def plan(self, declared: "Declaration", *, prune: "Prune" = (), max_removed_share: float = 0.3) -> "Plan":
        """Compare what is declared with what is there, and return what would have to change.

        Nothing is changed. Needs the permissions to read the kinds of resources that are declared.

        Args:
            declared: What should be there.
            prune: What may be removed of that which is there and not declared: names of databases,
                of keyspaces as ``"DATABASE/KEYSPACE"``, or of others as ``"KIND:NAME"``, or a
                function that gets each as a ``desired.Undeclared`` and returns whether to remove
                it. A function is asked about databases and about the kinds that are declared. A
                name of what is not there is ignored. Keyspaces are only removed from databases that
                are declared with ``protected=False``.
            max_removed_share: The largest share of all resources of a kind that the plan may
                remove, from 0 to 1.

        Raises:
            TypeError: ``declared`` is not a declaration, or another argument has the wrong type.
            ValueError: ``prune`` names what is declared or protected, or the plan would remove more
                than ``max_removed_share``.
            AmbiguousNameError: Several resources have a declared name; the error lists their ids.

        >>> plan = await astra.plan(desired.load("databases.toml"))
        >>> print(plan)
        """
        with importing:
            from astra_devops.desired.planning import make_plan

        return await make_plan(self, declared, prune=prune, max_removed_share=max_removed_share)

    async def apply(
        self, plan: "Plan", *, workers: int = 20, journal: str | os.PathLike[str] | None = None, quiet: bool = False
    ) -> "Applied":
        """Make the changes of a plan, and wait for their effect.

        The facts that the plan relies on are read again. A resource whose facts have moved is
        refused, and its outcome names the fact; all others are changed. Only what the plan shows as
        removed is deleted.

        Args:
            plan: What :meth:`plan` has returned, or a saved one that ``Plan.load`` has read.
            workers: How many resources are changed at once, from 1 to 10,000.
            journal: Path of the file that makes the run durable, as for ``fleet.run``. After a
                crash, apply the same saved plan with the same file.
            quiet: Show no progress.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is out of range.
            JournalInUseError: Another process uses this journal.
            JournalError: The journal cannot be used.

        >>> applied = await astra.apply(plan, journal="apply.db")
        >>> print(applied)
        """
        with importing:
            from astra_devops.desired.apply import apply_plan

        return await apply_plan(self, plan, workers=workers, journal=journal, quiet=quiet)

    async def export(self, *, only: Iterable[str] | None = None) -> "Declaration":
        """Return the declaration of all that is there, whose plan is empty.

        What cannot be declared, such as two databases of one name, is left out, and ``omitted`` of
        the declaration says what and why.

        Args:
            only: What to export, by the names that it has in a declaration, such as
                ``["databases"]``, for a token that may not read everything. By default all.

        Raises:
            PermissionDeniedError: The token may not read a part; ``only`` leaves it out.
            TypeError: ``only`` is not a list of strings.
            ValueError: ``only`` has another name.

        >>> print((await astra.export()).to_toml())
        """
        with importing:
            from astra_devops.desired.planning import export_declaration

        return await export_declaration(self, only)
