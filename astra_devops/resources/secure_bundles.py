"""Secure connect bundles: the zip files that drivers use to connect to a database."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final, Literal, TypeVar, get_args

import attrs

from astra_devops import errors
from astra_devops._first_use import importing
from astra_devops._rest import index
from astra_devops._rest.endpoints import databases as database_endpoints
from astra_devops._rest.endpoints import secure_bundles as endpoints
from astra_devops._rest.models.databases import Database
from astra_devops._rest.models.secure_bundles import SecureBundle
from astra_devops._runtime import checks
from astra_devops._runtime.call import Answer
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.download import ProgressCallback, Wanted, checked_file_name, checked_path, download
from astra_devops._runtime.partial_file import zip_damage
from astra_devops._secret import Secret
from astra_devops.operations.kinds import TRANSIENT_STATES
from astra_devops.resources._outcome.reconcile import Send, add_state, retry_while_busy

T = TypeVar("T")

BundleKind = Literal["external", "internal", "migration_proxy", "migration_proxy_internal"]
_KINDS: Final[tuple[str, ...]] = get_args(BundleKind)
_BUNDLE: Final = Wanted(
    operation="downloadSecureBundle",
    url_operation="generateSecureBundleURL",
    name="bundle",
    kind="a valid zip file",
    damage=zip_damage,
    largest=16 * 1024 * 1024,  # It has a dozen small files.
)


class AsyncSecureBundles:
    """Secure connect bundles of a database, one per datacenter.

    They contain keys: treat them like passwords.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def urls(self, database_id: str, *, all: bool = False) -> list[SecureBundle]:
        """Create URLs from which bundles can be downloaded.

        The URLs are secrets and expire after five minutes; do not store them. The URL of a bundle
        that is not ready yet is None.

        While the database is not ready, the call retries within the client's ``timeout``.

        Needs ``db-cql``.

        Args:
            all: Return the bundles of all datacenters instead of the primary one's only.

        Raises:
            NotFoundError: The database does not exist.
            BusyError: The database is still not ready, or does not run.
            AuthenticationError: The token is not valid, or the database is hibernated; in that case
                the error says so.
        """
        checks.flag(all, "all")
        answer = await self._send(database_id, partial(endpoints.generate_secure_bundle_url, all=True if all else None))
        return [_without_placeholders(bundle) for bundle in _as_list(answer)]

    async def download(
        self,
        database_id: str,
        path: str | os.PathLike[str],
        *,
        region: str | None = None,
        kind: BundleKind = "external",
        custom_domain: str | None = None,
        progress: ProgressCallback | bool | None = None,
    ) -> Path:
        """Download a bundle to a file that only its owner may read, and return its path.

        The file appears under its name only when it is a complete and valid zip file. Until then it
        has another name in the same directory, and a failure removes it. The token is not sent to
        the host that serves the bundles.

        Needs ``db-cql``.

        Args:
            path: The file, which is overwritten, or a directory that exists, in which the file is
                named ``secure-connect-<database id>.zip``, with ``-<region>`` if ``region`` is
                given. A symbolic link is followed.
            region: The region of the datacenter; by default the primary one.
            kind: ``external`` for clients outside the cloud provider's network, ``internal`` for
                clients inside it, or one of the two for the migration proxy.
            custom_domain: Download the bundle for this custom domain instead.
            progress: True to show the progress, as ``wait`` does. Or a sync or async callback that
                gets the number of bytes received and the total, which is None if unknown. An
                exception of it is logged, and the download goes on.

        The call's ``timeout`` limits the download as a whole, and ``attempt_timeout`` the time
        without any data.

        Raises:
            ValueError: ``path`` is a device, a pipe or a socket, or ``kind`` is unknown. Nothing
                was sent. Or the database has no bundle for this region, kind or domain; the message
                lists what it has.
            OSError: The file cannot be written.
            ResponseDecodeError: The received file is not a valid zip file, or is far larger than a
                bundle.
            NotFoundError: The database does not exist.
            BusyError: The database or the bundle is still not ready, or the database does not run.
            OutcomeUnknownError: The download broke off, or took longer than ``timeout``.

        >>> path = await astra.secure_bundles.download(database_id, "secure-connect.zip")
        """
        checks.identifier(database_id, "database_id")
        checks.optional(checks.string, region, "region")
        _check_kind(kind)
        checks.optional(checks.string, custom_domain, "custom_domain")
        if not isinstance(progress, bool):
            checks.optional(checks.callback, progress, "progress")
        path = checked_path(path)
        file_name = checked_file_name(f"secure-connect-{database_id}.zip", "database_id")
        if region is not None:
            file_name = checked_file_name(f"secure-connect-{database_id}-{region}.zip", "region")
        choice = _Choice(region, kind, custom_domain)

        async def send(caller: Caller, /, *, database_id: str) -> Answer[Secret]:
            answer = await endpoints.generate_secure_bundle_url(caller, database_id=database_id, all=None if region is None else True)
            return Answer(value=_choose_url(_as_list(answer.value), choice), status=answer.status, headers=answer.headers)

        async def get_url() -> Secret:
            return await self._send(database_id, send)

        if progress is not True:
            return await download(self._caller, _BUNDLE, get_url, path, file_name, None if progress is False else progress)
        with importing:
            from astra_devops._runtime.progress.status import DownloadProgress
        display = DownloadProgress(f"secure_bundles.download {database_id}")
        try:
            return await download(self._caller, _BUNDLE, get_url, path, file_name, display)
        finally:
            display.close()

    async def _send(self, database_id: str, send: Send[T]) -> T:
        """Send a request, and again while the database or the bundle is not ready."""
        try:
            return await retry_while_busy(self._caller, database_id, send, give_up_if=_has_no_bundle)
        except (errors.AuthenticationError, errors.PermissionDeniedError) as error:
            await self._explain_hibernation(database_id, error)
            raise

    async def _explain_hibernation(self, database_id: str, error: errors.APIStatusError) -> None:
        """Add to the error that the database is hibernated, if it is.

        The service answers the same as if a permission were missing.
        """
        try:
            database = (await database_endpoints.get_database(self._caller, database_id=database_id)).value
        except errors.AstraDevOpsError:
            return
        if database.status in ("HIBERNATED", "HIBERNATING"):
            add_state(error, database)


def _check_kind(kind: str) -> None:
    if kind not in _KINDS:
        raise ValueError(f"kind must be one of {', '.join(_KINDS)}, not {kind!r}")


def _has_no_bundle(database: Database) -> bool:
    return database.status not in {"ACTIVE", *TRANSIENT_STATES}


def _as_list(value: SecureBundle | list[SecureBundle]) -> list[SecureBundle]:
    return value if isinstance(value, list) else [value]


def _is_url(url: Secret | None) -> bool:
    """Return whether this is a URL. The service sends ``pending`` or nothing in its place."""
    return url is not None and "://" in url.reveal()


def _without_placeholders(bundle: SecureBundle) -> SecureBundle:
    def url(value: Secret | None) -> Secret | None:
        return value if _is_url(value) else None

    domains = bundle.custom_domain_bundles
    return attrs.evolve(
        bundle,
        download_url=url(bundle.download_url),
        download_url_internal=url(bundle.download_url_internal),
        download_url_migration_proxy=url(bundle.download_url_migration_proxy),
        download_url_migration_proxy_internal=url(bundle.download_url_migration_proxy_internal),
        custom_domain_bundles=domains and [attrs.evolve(domain, download_url=url(domain.download_url)) for domain in domains],
    )


@attrs.frozen
class _Choice:
    """Which of the bundles to download."""

    region: str | None
    kind: BundleKind
    custom_domain: str | None


def _choose_url(bundles: Sequence[SecureBundle], choice: _Choice) -> Secret:
    """Return the URL of the chosen bundle.

    Raises:
        BusyError: The bundle is not ready. The service has no status for that.
        ValueError: There is no such bundle.
    """
    if not bundles:
        raise _not_ready()
    matches = [bundle for bundle in bundles if choice.region in (None, bundle.region)]
    if not matches:
        regions = ", ".join(bundle.region or "?" for bundle in bundles)
        raise ValueError(f"region must be a region of the database ({regions}), not {choice.region!r}")
    bundle = matches[0]
    url = _url_of_kind(bundle, choice.kind) if choice.custom_domain is None else _url_of_domain(bundle, choice.custom_domain)
    if not _is_url(url):
        raise _not_ready()
    return Secret(url.reveal().strip())


def _url_of_domain(bundle: SecureBundle, name: str) -> Secret:
    domains = bundle.custom_domain_bundles or []
    for domain in domains:
        if domain.domain == name:
            return domain.download_url or Secret("")
    names = ", ".join(domain.domain or "?" for domain in domains) or "none"
    raise ValueError(f"custom_domain must be a domain for which the datacenter has a bundle ({names}), not {name!r}")


def _url_of_kind(bundle: SecureBundle, kind: BundleKind) -> Secret:
    urls = {
        "external": bundle.download_url,
        "internal": bundle.download_url_internal,
        "migration_proxy": bundle.download_url_migration_proxy,
        "migration_proxy_internal": bundle.download_url_migration_proxy_internal,
    }
    url = urls[kind]
    if url is None and _is_url(bundle.download_url):
        kinds = ", ".join(name for name in urls if urls[name])
        raise ValueError(f"kind must be one that the datacenter has ({kinds}), not {kind!r}")
    return url or Secret("")


def _not_ready() -> errors.BusyError:
    operation = index.GENERATE_SECURE_BUNDLE_URL
    return errors.BusyError(
        "the bundle is not ready yet: the service has no URL for it; try again later, or with a longer timeout",
        operation=operation.id,
        status=200,
        permissions=operation.permissions,
    )
