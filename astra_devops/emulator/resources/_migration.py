"""One migration: what has become of it, and what is planned, as a list of phases with the times at which they begin."""

import random
from base64 import b64encode

import attrs

from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.time.instants import Instant

INITIALIZING_FOR = CHANGES["initialize migration"].seconds
IMPORTING_FOR = CHANGES["import migration"].seconds
CLEANING_FOR = CHANGES["clean up migration"].seconds
IDLE_FOR = 7 * 86_400.0
POINT_OF_NO_RETURN = 900.0
"""Seconds of importing after which the metadata of the SSTables is being imported."""
CREDENTIALS_FOR = 3600.0
"""Seconds for which upload credentials work."""

BUSY = ("Initializing", "ImportInProgress")
"""Phases in which a migration is not idle."""
OVER = ("CleaningUpFiles", "Closed")


@attrs.define
class Credentials:
    """Credentials for uploading, in the form of one provider, and until when they work."""

    name: str
    keys: dict[str, str]
    until: Instant
    hint: str | None = None


@attrs.define
class Migration:
    """One migration.

    ``log`` holds its phases, each with the time (of the emulator's clock) at which it begins, those
    to come included.

    ``imported`` counts the seconds of importing that a pause has kept. ``stuck_in`` and ``ends_in``
    are what the import stays in, or ends in, by a fault.
    """

    id: str
    database_id: str
    provider: str
    concurrency: int
    subset: float
    log: list[tuple[Instant, str]]
    imported: float = 0.0
    stuck_in: str | None = None
    ends_in: str | None = None
    credentials: Credentials | None = None

    def phase(self, now: float) -> str:
        """Tell which phase it is in at a time; before its beginning, the first."""
        return next((phase for since, phase in reversed(self.log) if since <= now), self.log[0][1])

    def cleanup_due(self, now: float) -> float | None:
        """Tell when the files will be removed; None if that is over."""
        return next((since for since, phase in self.log if phase == "CleaningUpFiles" and since > now), None)

    def plan(self, now: float, *phases: tuple[float, str]) -> None:
        """Change what is to come.

        The clean-up follows when the last of these phases has been idle for a week.
        """
        self._forget_from(now)
        self.log += phases
        self.schedule_cleanup(phases[-1][0] + IDLE_FOR)

    def schedule_cleanup(self, at: float) -> None:
        """Plan the clean-up, after all else that is planned: none begins while an import is under way."""
        self.log = [entry for entry in self.log if entry[1] not in OVER]
        begins = max(at, self.log[-1][0])
        self.log += [(begins, "CleaningUpFiles"), (begins + CLEANING_FOR, "Closed")]

    def launch(self, now: float) -> None:
        """Begin to import, or go on with it."""
        self.credentials = None
        if self.stuck_in is not None:
            self._forget_from(now)
            self.log.append((now, self.stuck_in))
            return
        ends = now + IMPORTING_FOR - self.imported
        self.plan(now, (now, "ImportInProgress"), (ends, self.ends_in or "MigrationDone"))

    def pause(self, now: float) -> None:
        """Halt the import, and remember how far it has come."""
        self.imported = self.importing_for(now)
        self.plan(now, (now, "Paused"))

    def abort(self, now: float) -> None:
        """Give up."""
        self.credentials = None
        self.plan(now, (now, "Aborted"))

    def clean_up(self, now: float) -> None:
        """Begin to remove the files at once."""
        self.credentials = None
        self._forget_from(now)
        self.log += [(now, "CleaningUpFiles"), (now + CLEANING_FOR, "Closed")]

    def importing_for(self, now: float) -> float:
        """Tell for how long it has been importing."""
        if self.phase(now) != "ImportInProgress":
            return self.imported
        return self.imported + now - next(since for since, phase in reversed(self.log) if phase == "ImportInProgress" and since <= now)

    def renew(self, now: float, source: random.Random) -> Credentials:
        """Give credentials that work, new ones if the last have expired."""
        if self.credentials is None or self.credentials.until <= now:
            self.credentials = new_credentials(self, now + CREDENTIALS_FOR, source)
        return self.credentials

    def _forget_from(self, now: float) -> None:
        self.log = [entry for entry in self.log if entry[0] <= now]


def directory_of(migration: Migration) -> str:
    """Name the directory that the files go to."""
    place = f"{migration.id}/sstables/"
    match migration.provider:
        case "AWS":
            return f"s3://ds-mig-{migration.database_id}/{place}"
        case "GCP":
            return f"gs://ds-mig-{migration.database_id}/{place}"
        case _:
            return f"https://emulated.blob.core.windows.net/mig-upload-{place}"


def new_credentials(migration: Migration, until: float, source: random.Random) -> Credentials:
    """Make credentials in the form of the provider that the database runs at."""
    random_text = f"{source.getrandbits(160):040x}"
    match migration.provider:
        case "AWS":
            keys = {"accessKeyID": f"ASIA{random_text[:16].upper()}", "secretAccessKey": random_text, "sessionToken": random_text[::-1]}
            names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            hint = "".join(f"\nexport {name}={value}" for name, value in zip(names, keys.values(), strict=True))
            return Credentials("sessionToken", keys, until, hint + "\n")
        case "GCP":
            return Credentials("TYPE_GOOGLE_CREDENTIALS_FILE", {"file": b64encode(random_text.encode()).decode()}, until)
        case _:
            signature = f"si={random_text}"
            return Credentials("URL signature", {"url": f"{directory_of(migration)}?{signature}", "urlSignature": signature}, until)
