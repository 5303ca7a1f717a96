"""How long each change takes, through which states it goes, and how it ends.

States follow from the time; nothing runs.
"""

from collections.abc import Mapping

import attrs

from astra_devops.emulator.time.instants import Instant


@attrs.frozen
class Change:
    """One kind of change: its states with their usual seconds, the state it settles in, and the one it fails into.

    A state without a name does not show: until such a change is over, whatever it is about looks as
    before.
    """

    steps: tuple[tuple[str, float], ...]
    settles: str
    fails: str = "ERROR"

    @property
    def seconds(self) -> float:
        """How long the whole change takes."""
        return sum(seconds for _, seconds in self.steps)


CHANGES: Mapping[str, Change] = {
    "create": Change((("PENDING", 5), ("INITIALIZING", 115)), settles="ACTIVE"),
    "add keyspace": Change((("MAINTENANCE", 10),), settles="ACTIVE"),
    "drop keyspace": Change((("MAINTENANCE", 10),), settles="ACTIVE"),
    "add datacenter": Change((("MAINTENANCE", 300),), settles="ACTIVE"),
    "terminate datacenter": Change((("MAINTENANCE", 120),), settles="ACTIVE"),
    "resize": Change((("RESIZING", 900),), settles="ACTIVE"),
    "park": Change((("PARKING", 300),), settles="PARKED"),
    "unpark": Change((("UNPARKING", 600),), settles="ACTIVE"),
    "suspend": Change((("SUSPENDING", 30),), settles="SUSPENDED"),
    "hibernate": Change((("HIBERNATING", 30),), settles="HIBERNATED"),
    "resume": Change((("RESUMING", 60),), settles="ACTIVE", fails="HIBERNATED"),
    "set engine type": Change((("MAINTENANCE", 60),), settles="ACTIVE"),
    "enable graph": Change((("MAINTENANCE", 10),), settles="ACTIVE"),
    "create solr core": Change((("MAINTENANCE", 10),), settles="ACTIVE"),
    "clone": Change((("MAINTENANCE", 600),), settles="ACTIVE"),
    "restore": Change((("MAINTENANCE", 600),), settles="ACTIVE"),
    "copy": Change((("RUNNING", 600),), settles="DONE"),
    "change capture": Change((("MAINTENANCE", 30),), settles="ACTIVE"),
    "launch migration proxy": Change((("MAINTENANCE", 300),), settles="ACTIVE"),
    "remove migration proxy": Change((("MAINTENANCE", 120),), settles="ACTIVE"),
    "terminate": Change((("TERMINATING", 60),), settles="TERMINATED"),
    "create in group": Change((("PENDING", 5), ("INITIALIZING", 115), ("ASSOCIATING", 60)), settles="ACTIVE"),
    "associate": Change((("ASSOCIATING", 180),), settles="ACTIVE"),
    "make report": Change((("INITIATED", 5), ("PENDING", 55)), settles="COMPLETED", fails="FAILED"),
    "create group": Change((("INITIALIZING", 30),), settles="CREATED"),
    "fill group": Change((("PLACING", 60), ("INITIALIZING", 90)), settles="ACTIVE"),
    "park group": Change((("PARKING", 300),), settles="PARKED"),
    # The Terraform provider waits for CREATED here, and finds it, although the group has databases.
    "unpark group": Change((("UNPARKING", 540), ("CREATED", 60)), settles="ACTIVE"),
    "initialize migration": Change((("Initializing", 180),), settles="ReceivingFiles"),
    "import migration": Change((("ImportInProgress", 1800),), settles="MigrationDone"),
    "clean up migration": Change((("CleaningUpFiles", 300),), settles="Closed"),
    "accept endpoint": Change((("", 10),), settles="Accepted", fails="Rejected"),
    # The customer of the emulator accepts after five minutes; on the other clouds there is nothing
    # to accept.
    "peer on aws": Change((("provisioning", 20), ("pending-acceptance", 300)), settles="active", fails="failed"),
    "peer on azure": Change((("provisioning", 60),), settles="active", fails="failed"),
    "peer on gcp": Change((("provisioning", 60),), settles="active", fails="failed"),
    "cut peering": Change((("deleting", 30), ("deleted", 60)), settles=""),
    "set custom domains": Change((("", 30),), settles=""),
    "export metrics": Change((("", 5),), settles=""),
    "export audit logs": Change((("", 20),), settles=""),
}
STATUSES = frozenset(
    """
    ACTIVE ASSOCIATING DECOMMISSIONING DEGRADED ERROR HIBERNATED HIBERNATING INITIALIZING MAINTENANCE PARKED PARKING PENDING PLACING
    PREPARED PREPARING RESIZING RESUMING SUSPENDED SUSPENDING SYNCHRONIZING TERMINATED TERMINATING UNKNOWN UNPARKING
    """.split()  # noqa: SIM905 - a table of words
)
"""Every state that a database has been seen in, or that a public client knows."""
TERMINATED_FOR = 86_400.0
"""Seconds for which a terminated database can still be read; afterwards it is unknown.

Nobody knows the true figure. It is long enough for a client that polls every 15 real seconds on a
clock that runs a thousand times as fast.
"""


@attrs.define
class Progress:
    """One change under way since ``began`` (seconds of the emulator's clock).

    ``subject`` is what the change is about, such as the keyspace's name. ``unmarked`` is for how
    many seconds the old state still shows before the change's own first state does; the work begins
    only then. ``stuck_in`` is a state that it never leaves; ``ends_in`` a state that it ends in
    instead of the usual one.
    """

    change: str
    began: Instant
    before: str
    subject: str = ""
    unmarked: float = 0.0
    stuck_in: str | None = None
    ends_in: str | None = None

    def state(self, now: float) -> str:
        """Tell which state shows at a time."""
        if self.stuck_in is not None:
            return self.stuck_in
        passed = now - self.began - self.unmarked
        if passed < 0:
            return self.before
        for state, seconds in CHANGES[self.change].steps:
            if passed < seconds:
                return state
            passed -= seconds
        return self.ends_in or CHANGES[self.change].settles

    def ends(self) -> float:
        """Tell when it is over; infinity if never."""
        return float("inf") if self.stuck_in is not None else self.began + self.unmarked + CHANGES[self.change].seconds
