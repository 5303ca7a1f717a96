"""Changes: the states that each one goes through, how long they last, and how it ends.

A state is computed from the time when it is asked for; nothing runs in the background.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from astra_devops.emulator.time.instants import Instant


@attrs.frozen
class Change:
    """One kind of change.

    ``steps`` are its states with their seconds, ``ends_in`` is the state after it, ``fails_in`` the
    state after a failure. A state without a name is not shown: during such a change, the resource
    looks as before.
    """

    steps: tuple[tuple[str, float], ...]
    ends_in: str
    fails_in: str = "ERROR"

    @property
    def seconds(self) -> float:
        """The seconds that the whole change takes."""
        return sum(seconds for _, seconds in self.steps)


CHANGES: Final[Mapping[str, Change]] = {
    "create": Change((("PENDING", 5), ("INITIALIZING", 115)), ends_in="ACTIVE"),
    "add keyspace": Change((("MAINTENANCE", 10),), ends_in="ACTIVE"),
    "drop keyspace": Change((("MAINTENANCE", 10),), ends_in="ACTIVE"),
    "add datacenter": Change((("MAINTENANCE", 300),), ends_in="ACTIVE"),
    "terminate datacenter": Change((("MAINTENANCE", 120),), ends_in="ACTIVE"),
    "resize": Change((("RESIZING", 900),), ends_in="ACTIVE"),
    "park": Change((("PARKING", 300),), ends_in="PARKED"),
    "unpark": Change((("UNPARKING", 600),), ends_in="ACTIVE"),
    "suspend": Change((("SUSPENDING", 30),), ends_in="SUSPENDED"),
    "hibernate": Change((("HIBERNATING", 30),), ends_in="HIBERNATED"),
    "resume": Change((("RESUMING", 60),), ends_in="ACTIVE", fails_in="HIBERNATED"),
    "set engine type": Change((("MAINTENANCE", 60),), ends_in="ACTIVE"),
    "enable graph": Change((("MAINTENANCE", 10),), ends_in="ACTIVE"),
    "create solr core": Change((("MAINTENANCE", 10),), ends_in="ACTIVE"),
    "clone": Change((("MAINTENANCE", 600),), ends_in="ACTIVE"),
    "restore": Change((("MAINTENANCE", 600),), ends_in="ACTIVE"),
    "copy": Change((("RUNNING", 600),), ends_in="DONE"),
    "change capture": Change((("MAINTENANCE", 30),), ends_in="ACTIVE"),
    "launch migration proxy": Change((("MAINTENANCE", 300),), ends_in="ACTIVE"),
    "remove migration proxy": Change((("MAINTENANCE", 120),), ends_in="ACTIVE"),
    "terminate": Change((("TERMINATING", 60),), ends_in="TERMINATED"),
    "create in group": Change((("PENDING", 5), ("INITIALIZING", 115), ("ASSOCIATING", 60)), ends_in="ACTIVE"),
    "associate": Change((("ASSOCIATING", 180),), ends_in="ACTIVE"),
    "generate report": Change((("INITIATED", 5), ("PENDING", 55)), ends_in="COMPLETED", fails_in="FAILED"),
    "create group": Change((("INITIALIZING", 30),), ends_in="CREATED"),
    "fill group": Change((("PLACING", 60), ("INITIALIZING", 90)), ends_in="ACTIVE"),
    "park group": Change((("PARKING", 300),), ends_in="PARKED"),
    # The Terraform provider waits for CREATED here, and gets it although the group has databases.
    "unpark group": Change((("UNPARKING", 540), ("CREATED", 60)), ends_in="ACTIVE"),
    "initialize migration": Change((("Initializing", 180),), ends_in="ReceivingFiles"),
    "import migration": Change((("ImportInProgress", 1800),), ends_in="MigrationDone"),
    "clean up migration": Change((("CleaningUpFiles", 300),), ends_in="Closed"),
    "accept endpoint": Change((("", 10),), ends_in="Accepted", fails_in="Rejected"),
    # The emulator's customer accepts the peering after five minutes. On the other clouds there is
    # nothing to accept.
    "peer on aws": Change((("provisioning", 20), ("pending-acceptance", 300)), ends_in="active", fails_in="failed"),
    "peer on azure": Change((("provisioning", 60),), ends_in="active", fails_in="failed"),
    "peer on gcp": Change((("provisioning", 60),), ends_in="active", fails_in="failed"),
    "delete peering": Change((("deleting", 30), ("deleted", 60)), ends_in=""),
    "set custom domains": Change((("", 30),), ends_in=""),
    "export metrics": Change((("", 5),), ends_in=""),
    "export audit logs": Change((("", 20),), ends_in=""),
}
STATUSES: Final = frozenset(
    """
    ACTIVE ASSOCIATING DECOMMISSIONING DEGRADED ERROR HIBERNATED HIBERNATING INITIALIZING MAINTENANCE PARKED PARKING PENDING PLACING
    PREPARED PREPARING RESIZING RESUMING SUSPENDED SUSPENDING SYNCHRONIZING TERMINATED TERMINATING UNKNOWN UNPARKING
    """.split()  # noqa: SIM905 - a table of words
)
"""Every state that a database has been observed in, or that a public client handles."""
TERMINATED_FOR: Final = 86_400.0
"""Seconds for which a terminated database can still be read; after that it is unknown.

The service's true figure is not known. This one is long enough for a client that polls every 15
real seconds on a clock that runs a thousand times faster.
"""


@attrs.define
class Progress:
    """One change in progress, accepted at ``began`` (seconds of the emulator's clock).

    ``subject`` is what the change is about, such as the name of a keyspace. The change itself
    starts ``delay`` seconds later; until then the state is ``before``. ``stuck_in`` is a state that
    it never leaves, ``ends_in`` a state that it ends in instead of the usual one.
    """

    change: str
    began: Instant
    before: str
    subject: str = ""
    delay: float = 0.0
    stuck_in: str | None = None
    ends_in: str | None = None

    def state(self, now: float) -> str:
        """Return the state at a time."""
        if self.stuck_in is not None:
            return self.stuck_in
        # Not by the sum of the steps alone, which may differ from the end in the last digit.
        if self.ends() <= now:
            return self.ends_in or CHANGES[self.change].ends_in
        passed = now - self.began - self.delay
        if passed < 0:
            return self.before
        for state, seconds in CHANGES[self.change].steps:
            if passed < seconds:
                return state
            passed -= seconds
        return CHANGES[self.change].steps[-1][0]

    def ends(self) -> float:
        """Return when it is complete; infinity if never."""
        return float("inf") if self.stuck_in is not None else self.began + self.delay + CHANGES[self.change].seconds
