"""Secure connect bundles: the zip files that drivers use to connect to a database."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final, Literal, get_args

from astra_devops import errors
from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.endpoints import secure_bundles as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._rest.models.secure_bundles import SecureBundle
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.download import ProgressCallback, download
from astra_devops._secret import Secret
from astra_devops.resources._outcome.reconcile import TRANSIENT_STATES, retry_while_busy

BundleKind = Literal["external", "internal", "migration_proxy", "migration_proxy_internal"]
_KINDS: Final[tuple[str, ...]] = get_args(BundleKind)


class AsyncSecureBundles:
    """Secure connect bundles of a database, one per datacenter.

    They contain keys: treat them like passwords.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def urls(self, database_id: str, *, all: bool = False) -> list[SecureBundle]:
        """Create URLs from which bundles can be downloaded.

        The URLs are secrets and expire after five minutes; do not store them.

        While the database is not ready, the call retries within the client's ``timeout``.

        Needs ``db-cql``.

        Args:
            all: Return the bundles of all datacenters instead of the primary one's only.

        Raises:
            NotFoundError: The database does not exist.
            ConflictError: The database is still not ready.
            AuthenticationError: The token is not valid, or the database is hibernated; in that case
                a note says so.
        """
        checks.flag(all, "all")
        send = partial(endpoints.generate_secure_bundle_url, all=True if all else None)
        try:
            value = await retry_while_busy(self._caller, database_id, send, give_up_if=_has_no_bundle)
        except (errors.AuthenticationError, errors.PermissionDeniedError) as error:
            await self._explain_hibernation(database_id, error)
            raise
        return value if isinstance(value, list) else [value]

    async def download(
        self,
        database_id: str,
        path: str | os.PathLike[str],
        *,
        region: str | None = None,
        kind: BundleKind = "external",
        custom_domain: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> Path:
        """Download a bundle to a file that only its owner may read, and return its path.

        The file appears under its name only when it is a complete and valid zip file. Until then it
        has another name in the same directory, and a failure removes it. The token is not sent to
        the host that serves the bundles.

        Needs ``db-cql``.

        Args:
            path: The file, which is overwritten, or a directory, in which the file is named
                ``secure-connect-<database id>.zip``.
            region: The region of the datacenter; by default the primary one.
            kind: ``external`` for clients outside the cloud provider's network, ``internal`` for
                clients inside it, or one of the two for the migration proxy.
            custom_domain: Download the bundle for this custom domain instead.
            progress: A sync or async callback that gets the number of bytes received and the total,
                which is None if unknown.

        Raises:
            ValueError: The database has no bundle for this region, kind or domain. The message
                lists what it has.
            ResponseDecodeError: The received file is not a valid zip file.
            NotFoundError: The database does not exist.
            ConflictError: The database is still not ready.

        >>> path = await astra.secure_bundles.download(database_id, "secure-connect.zip")
        """
        checks.identifier(database_id, "database_id")
        checks.optional(checks.string, region, "region")
        _check_kind(kind)
        checks.optional(checks.string, custom_domain, "custom_domain")
        checks.optional(checks.callback, progress, "progress")
        target = _check_path(path)
        if target.is_dir():
            target = target / f"secure-connect-{database_id}.zip"

        async def get_url() -> Secret:
            bundles = await self.urls(database_id, all=region is not None)
            return _choose_url(bundles, region, kind, custom_domain)

        return await download(self._caller, get_url, target, progress)

    async def _explain_hibernation(self, database_id: str, error: errors.APIStatusError) -> None:
        """Add a note to the error if the database is hibernated.

        The service answers the same as if a permission were missing.
        """
        try:
            database = (await database_endpoints.get_database(self._caller, database_id=database_id)).value
        except errors.AstraDevOpsError:
            return
        if database.status in ("HIBERNATED", "HIBERNATING"):
            error.add_note(f"the database is {database.status}, and has no bundle until databases.resume has woken it")


def _check_kind(kind: str) -> None:
    if kind not in _KINDS:
        raise ValueError(f"kind must be one of {', '.join(_KINDS)}, not {kind!r}")


def _check_path(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a string or a path, not {type(path).__name__}")
    try:
        os.fsencode(checks.string(os.fspath(path), "path"))
    except UnicodeEncodeError:
        raise ValueError(f"path must be a name that the file system can have, not {path!r}") from None
    return Path(path)


def _has_no_bundle(database: Database) -> bool:
    return database.status not in {"ACTIVE", *TRANSIENT_STATES}


def _choose_url(bundles: Sequence[SecureBundle], region: str | None, kind: BundleKind, custom_domain: str | None) -> Secret:
    matches = [bundle for bundle in bundles if region in (None, bundle.region)]
    if not matches:
        regions = ", ".join(bundle.region or "?" for bundle in bundles)
        raise ValueError(f"region must be a region of the database ({regions}), not {region!r}")
    bundle = matches[0]
    if custom_domain is not None:
        for domain in bundle.custom_domain_bundles or []:
            if domain.domain == custom_domain and domain.download_url is not None:
                return domain.download_url
        domains = ", ".join(domain.domain or "?" for domain in bundle.custom_domain_bundles or []) or "none"
        raise ValueError(f"custom_domain must be a domain for which the datacenter has a bundle ({domains}), not {custom_domain!r}")
    urls = {
        "external": bundle.download_url,
        "internal": bundle.download_url_internal,
        "migration_proxy": bundle.download_url_migration_proxy,
        "migration_proxy_internal": bundle.download_url_migration_proxy_internal,
    }
    url = urls[kind]
    if url is None:
        kinds = ", ".join(name for name in urls if urls[name])
        raise ValueError(f"kind must be one that the datacenter has ({kinds}), not {kind!r}")
    return url
