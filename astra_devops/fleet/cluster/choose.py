"""A run on a cluster, before it is entered. Only then distributed is imported."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from astra_devops._runtime.caller import Caller
from astra_devops.fleet.cluster.settings import Host, Setup, async_host, client_arguments
from astra_devops.fleet.journal.journal import Journal

if TYPE_CHECKING:
    from astra_devops.fleet.cluster.performer import ClusterPerformer


@attrs.frozen
class OnCluster:
    """The cluster that a run is on, and what its workers do there."""

    cluster: object
    client: type[Any]
    work: Callable[..., object]
    host: Host = async_host

    def performer(self, caller: Caller, journal: Journal | None, wait_timeout: float | None) -> "ClusterPerformer":
        """Return what carries out items there.

        Raises:
            ImportError: distributed is not installed.
            TypeError: ``cluster`` or ``work`` cannot be used.
            ValueError: A setting of the client cannot be sent to other processes.
        """
        from astra_devops.fleet.cluster.connect import checked_work, scheduler_of

        address, security = scheduler_of(self.cluster)
        checked_work(self.work)
        client_arguments(caller, 1)
        from astra_devops.fleet.cluster.performer import ClusterPerformer

        return ClusterPerformer(
            address=address,
            security=security,
            setup=partial(self._setup, caller, wait_timeout),
            clock=caller.clock,
            journal=journal,
        )

    def _setup(self, caller: Caller, wait_timeout: float | None, partitions: int) -> Setup:
        return Setup(self.client, client_arguments(caller, partitions), self.work, wait_timeout, self.host)
