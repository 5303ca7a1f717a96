"""One migration: its past and planned phases, each with the time at which it begins."""

import random
from base64 import b64encode
from typing import Final

import attrs

from astra_devops.emulator.state.transitions import CHANGES
from astra_devops.emulator.time.instants import Instant

INITIALIZING_SECONDS: Final = CHANGES["initialize migration"].seconds
_IMPORTING_SECONDS: Final = CHANGES["import migration"].seconds
_CLEANING_SECONDS: Final = CHANGES["clean up migration"].seconds
_IDLE_SECONDS: Final = 7 * 86_400.0
"""Seconds after its last phase at which an idle migration is cleaned up."""
POINT_OF_NO_RETURN: Final = 900.0
"""Seconds of importing after which the metadata of the SSTables is being imported."""
_CREDENTIAL_SECONDS: Final = 3600.0
"""Seconds for which upload credentials are valid."""

BUSY_PHASES: Final = ("Initializing", "ImportInProgress")
"""Phases in which a migration is not idle."""
FINAL_PHASES: Final = ("CleaningUpFiles", "Closed")
"""Phases after which no other work follows."""


@attrs.define
class Credentials:
    """Upload credentials in the format of one provider, and when they expire."""

    name: str
    keys: dict[str, str]
    expires_at: Instant
    hint: str | None = None


@attrs.define
class Migration:
    """One migration.

    ``log`` holds its phases, each with the time (of the emulator's clock) at which it begins,
    including the planned ones.

    ``imported_seconds`` counts the seconds of importing before a pause. ``stuck_in`` and
    ``ends_in`` are set by a fault: the phase that the import stays in, or ends in.
    """

    id: str
    database_id: str
    provider: str
    concurrency: int
    subset_size: float
    log: list[tuple[Instant, str]]
    imported_seconds: float = 0.0
    stuck_in: str | None = None
    ends_in: str | None = None
    credentials: Credentials | None = None

    def phase(self, now: float) -> str:
        """Return the phase at a time; before the first phase begins, that one."""
        return next((phase for begins, phase in reversed(self.log) if begins <= now), self.log[0][1])

    def cleanup_time(self, now: float) -> float | None:
        """Return when the files will be removed, or None if that has begun already."""
        return next((begins for begins, phase in self.log if phase == "CleaningUpFiles" and begins > now), None)

    def plan(self, now: float, *phases: tuple[float, str]) -> None:
        """Replace the planned phases.

        The clean-up follows after a week in the last of them.
        """
        self._drop_planned(now)
        self.log += phases
        self.schedule_cleanup(phases[-1][0] + _IDLE_SECONDS)

    def schedule_cleanup(self, time: float) -> None:
        """Plan the clean-up after all other planned phases: it never begins during an import."""
        self.log = [entry for entry in self.log if entry[1] not in FINAL_PHASES]
        begins = max(time, self.log[-1][0])
        self.log += [(begins, "CleaningUpFiles"), (begins + _CLEANING_SECONDS, "Closed")]

    def launch(self, now: float) -> None:
        """Begin or continue the import."""
        self.credentials = None
        if self.stuck_in is not None:
            self._drop_planned(now)
            self.log.append((now, self.stuck_in))
            return
        ends = now + _IMPORTING_SECONDS - self.imported_seconds
        self.plan(now, (now, "ImportInProgress"), (ends, self.ends_in or "MigrationDone"))

    def pause(self, now: float) -> None:
        """Pause the import and keep its progress."""
        self.imported_seconds = self.importing_seconds(now)
        self.plan(now, (now, "Paused"))

    def abort(self, now: float) -> None:
        """Abort the migration."""
        self.credentials = None
        self.plan(now, (now, "Aborted"))

    def clean_up(self, now: float) -> None:
        """Begin to remove the files now."""
        self.credentials = None
        self._drop_planned(now)
        self.log += [(now, "CleaningUpFiles"), (now + _CLEANING_SECONDS, "Closed")]

    def importing_seconds(self, now: float) -> float:
        """Return the total seconds of importing so far."""
        if self.phase(now) != "ImportInProgress":
            return self.imported_seconds
        return (
            self.imported_seconds
            + now
            - next(begins for begins, phase in reversed(self.log) if phase == "ImportInProgress" and begins <= now)
        )

    def progress(self, now: float) -> str:
        """Describe how far the import is, or why it has failed, in words of the emulator's own."""
        phase = self.phase(now)
        if phase == self.ends_in:
            return "The schemas of the origin and of the database differ."
        if phase != "ImportInProgress":
            return ""
        since = next((begins for begins, phase in reversed(self.log) if phase == "ImportInProgress" and begins <= now), now)
        return f"{min((now - since) / _IMPORTING_SECONDS, 1):.0%} imported since the last launch"

    def valid_credentials(self, now: float, rng: random.Random) -> Credentials:
        """Return upload credentials, new ones if the last have expired."""
        if self.credentials is None or self.credentials.expires_at <= now:
            self.credentials = _new_credentials(self, now + _CREDENTIAL_SECONDS, rng)
        return self.credentials

    def _drop_planned(self, now: float) -> None:
        self.log = [entry for entry in self.log if entry[0] <= now]


def upload_directory(migration: Migration) -> str:
    """Return the URL of the directory that the files are uploaded to."""
    path = f"{migration.id}/sstables/"
    match migration.provider:
        case "AWS":
            return f"s3://ds-mig-{migration.database_id}/{path}"
        case "GCP":
            return f"gs://ds-mig-{migration.database_id}/{path}"
        case _:
            return f"https://emulated.blob.core.windows.net/mig-upload-{path}"


def _new_credentials(migration: Migration, expires_at: float, rng: random.Random) -> Credentials:
    """Create credentials in the format of the database's provider."""
    digits = f"{rng.getrandbits(160):040x}"
    match migration.provider:
        case "AWS":
            keys = {"accessKeyID": f"ASIA{digits[:16].upper()}", "secretAccessKey": digits, "sessionToken": digits[::-1]}
            names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            hint = "".join(f"\nexport {name}={value}" for name, value in zip(names, keys.values(), strict=True))
            return Credentials("sessionToken", keys, expires_at, hint + "\n")
        case "GCP":
            return Credentials("TYPE_GOOGLE_CREDENTIALS_FILE", {"file": b64encode(digits.encode()).decode()}, expires_at)
        case _:
            signature = f"si={digits}"
            keys = {"url": f"{upload_directory(migration)}?{signature}", "urlSignature": signature}
            return Credentials("URL signature", keys, expires_at)
