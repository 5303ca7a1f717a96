"""Secure connect bundles: the zip files with which drivers connect to a database."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from astra_devops import errors
from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.endpoints import secure_bundles as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._rest.models.secure_bundles import SecureBundle
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.download import ProgressCallback, download
from astra_devops._secret import Secret
from astra_devops.resources._outcome.reconcile import TRANSIENT, retry_while_busy

BundleKind = Literal["external", "internal", "migration_proxy", "migration_proxy_internal"]


class AsyncSecureBundles:
    """Secure connect bundles of a database, one per datacenter.

    They hold keys: treat them like passwords.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def urls(self, database_id: str, *, all: bool = False) -> list[SecureBundle]:
        """Make addresses to download bundles from.

        They are secrets, and good for five minutes; do not keep them.

        Args:
            all: one for each datacenter; by default only the primary one's.

        Needs ``db-cql``.

        Raises:
            ConflictError: the database is not ready; the call has waited for it within the client's
                ``timeout``.
            AuthenticationError: also of a database that is hibernated; a note says so.
        """
        send = partial(endpoints.generate_secure_bundle_url, all=True if all else None)
        try:
            value = await retry_while_busy(self._caller, database_id, send, give_up_if=_has_none)
        except (errors.AuthenticationError, errors.PermissionDeniedError) as error:
            await self._explain(database_id, error)
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

        The file appears under its name only when it is complete and a sound zip; until then it has
        another name beside it, and a failure leaves nothing behind. The token is not sent to the
        host that keeps the bundles.

        Args:
            path: the file, which is overwritten, or a directory, in which it is named
                ``secure-connect-<database id>.zip``.
            region: whose datacenter's bundle; by default the primary one's.
            kind: for clients outside the cloud provider's network, inside it (``internal``), or for
                the migration proxy.
            custom_domain: the bundle for this custom domain instead.
            progress: called with the bytes received and the bytes in all (None if unknown); sync or
                async.

        Needs ``db-cql``.

        Raises:
            ValueError: the database has no bundle of this region, kind or domain; the message lists
                what there is.
            ResponseDecodeError: what came is not a sound zip.
            ConflictError: the database is not ready.
        """
        target = Path(path)
        if target.is_dir():
            target = target / f"secure-connect-{checks.string(database_id, 'database_id')}.zip"

        async def address() -> Secret:
            bundles = await self.urls(database_id, all=region is not None)
            return _choose(bundles, region, kind, custom_domain)

        return await download(self._caller, address, target, progress)

    async def _explain(self, database_id: str, error: errors.APIStatusError) -> None:
        """Say so where the refusal is for a hibernated database, which the service does not tell apart from a lack of permission."""
        try:
            database = (await database_endpoints.get_database(self._caller, database_id=database_id)).value
        except errors.AstraDevOpsError:
            return
        if database.status in ("HIBERNATED", "HIBERNATING"):
            error.add_note(f"the database is {database.status}, and has no bundle until databases.resume has woken it")


def _has_none(database: Database) -> bool:
    return database.status not in {"ACTIVE", *TRANSIENT}


def _choose(bundles: Sequence[SecureBundle], region: str | None, kind: BundleKind, custom_domain: str | None) -> Secret:
    matching = [bundle for bundle in bundles if region in (None, bundle.region)]
    if not matching:
        known = ", ".join(bundle.region or "?" for bundle in bundles)
        raise ValueError(f"region must be one that the database is in ({known}), not {region!r}")
    bundle = matching[0]
    if custom_domain is not None:
        for domain in bundle.custom_domain_bundles or []:
            if domain.domain == custom_domain and domain.download_url is not None:
                return domain.download_url
        known = ", ".join(domain.domain or "?" for domain in bundle.custom_domain_bundles or []) or "none"
        raise ValueError(f"custom_domain must be one that the datacenter has a bundle for ({known}), not {custom_domain!r}")
    urls = {
        "external": bundle.download_url,
        "internal": bundle.download_url_internal,
        "migration_proxy": bundle.download_url_migration_proxy,
        "migration_proxy_internal": bundle.download_url_migration_proxy_internal,
    }
    if kind not in urls:
        raise ValueError(f"kind must be one of {', '.join(urls)}, not {kind!r}")
    url = urls[kind]
    if url is None:
        raise ValueError(f"kind {kind!r} is not offered for this datacenter; there are: {', '.join(name for name in urls if urls[name])}")
    return url
