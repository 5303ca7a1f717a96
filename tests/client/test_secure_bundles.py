"""Bundles: complete or not there, readable by their owner only, and fetched without the token."""

import os
import resource
import stat
import zipfile
from pathlib import Path

import aiohttp
import pytest

from astra_devops import AsyncAstraDevOps, errors
from astra_devops.emulator import Emulator

pytestmark = pytest.mark.anyio


async def test_a_bundle_is_downloaded(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    database_id = emulator.add_database("orders")
    calls = []
    path = await astra.secure_bundles.download(
        database_id, tmp_path / "bundle.zip", progress=lambda received, total: calls.append((received, total))
    )
    assert zipfile.ZipFile(path).testzip() is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert calls[-1] == (path.stat().st_size, path.stat().st_size)
    assert [entry.name for entry in tmp_path.iterdir()] == ["bundle.zip"]
    (exchange,) = emulator.journal.of("downloadBundle")
    assert not exchange.authorized


async def test_an_async_progress_callback_is_awaited(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    calls = []

    async def progress(received: int, total: int | None) -> None:
        calls.append(received)

    await astra.secure_bundles.download(emulator.add_database("orders"), tmp_path, progress=progress)
    assert calls


async def test_a_bundle_in_a_directory_gets_a_name(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    database_id = emulator.add_database("orders")
    assert await astra.secure_bundles.download(database_id, str(tmp_path)) == tmp_path / f"secure-connect-{database_id}.zip"


async def test_a_region_kind_or_domain_without_a_bundle_is_refused(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    database_id = emulator.add_database("orders")
    await astra.secure_bundles.download(database_id, tmp_path, region="us-east-2", kind="internal")
    with pytest.raises(ValueError, match=r"region must be a region of the database \(us-east-2\)"):
        await astra.secure_bundles.download(database_id, tmp_path, region="eu-west-1")
    with pytest.raises(ValueError, match="kind"):
        await astra.secure_bundles.download(database_id, tmp_path, kind="secret")
    with pytest.raises(ValueError, match="custom_domain"):
        await astra.secure_bundles.download(database_id, tmp_path, custom_domain="db.example.com")


async def test_urls_are_secrets_and_always_a_list(emulator: Emulator, astra: AsyncAstraDevOps) -> None:
    database_id = emulator.add_database("orders")
    (bundle,) = await astra.secure_bundles.urls(database_id)
    (bundle_from_all,) = await astra.secure_bundles.urls(database_id, all=True)
    assert "Signature" in bundle.download_url.reveal()
    assert "Signature" not in repr(bundle) + repr(bundle_from_all)
    assert bundle.datacenter_id == bundle_from_all.datacenter_id == f"{database_id}-1"


@pytest.mark.parametrize("fault", ["reset_before_effect", "truncated"])
async def test_a_failed_download_is_started_again(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path, fault: str) -> None:
    if fault == "truncated":
        emulator.faults.status("downloadBundle", 503, times=2)
    else:
        emulator.faults.reset_before_effect("downloadBundle", times=2)
    path = await astra.secure_bundles.download(emulator.add_database("orders"), tmp_path)
    assert zipfile.is_zipfile(path)
    assert emulator.journal.count("generateSecureBundleURL") == 3


async def test_a_file_that_is_not_a_zip_file_is_removed(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    emulator.faults.body("downloadBundle", b"<Error>no</Error>", content_type="application/xml", times=None)
    target = tmp_path / "bundle.zip"
    target.write_bytes(b"the old bundle")
    with pytest.raises(errors.ResponseDecodeError, match="not a valid zip file"):
        await astra.secure_bundles.download(emulator.add_database("orders"), target)
    assert target.read_bytes() == b"the old bundle"
    assert [entry.name for entry in tmp_path.iterdir()] == ["bundle.zip"]


async def test_an_error_of_the_host_does_not_show_the_url(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    emulator.faults.status(
        "downloadBundle", 403, times=None, body="<Error><Code>AccessDenied</Code></Error>", content_type="application/xml"
    )
    with pytest.raises(errors.PermissionDeniedError) as caught:
        await astra.secure_bundles.download(emulator.add_database("orders"), tmp_path)
    assert "X-Amz" not in str(caught.value)
    assert not list(tmp_path.iterdir())


async def test_a_full_disk_is_raised_and_not_retried(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    database_id = emulator.add_database("orders")
    await astra.secure_bundles.urls(database_id)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            await astra.secure_bundles.download(database_id, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert emulator.journal.count("downloadBundle") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_progress_callback_that_raises_is_logged_once_and_changes_nothing(
    emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path, caplog: pytest.LogCaptureFixture, is_async: bool
) -> None:
    def progress(received: int, total: int | None) -> None:
        raise OSError(28, "No space left on device")

    async def async_progress(received: int, total: int | None) -> None:
        raise aiohttp.ClientError

    path = await astra.secure_bundles.download(emulator.add_database("orders"), tmp_path, progress=async_progress if is_async else progress)
    assert zipfile.is_zipfile(path)
    assert emulator.journal.count("downloadBundle") == 1
    assert [record.getMessage().split(";")[0] for record in caplog.records if record.levelname == "ERROR"] == [
        "progress raised an exception"
    ]


async def test_a_path_that_cannot_be_written_is_refused_before_anything_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path
) -> None:
    database_id = emulator.add_database("orders")
    with pytest.raises(FileNotFoundError):
        await astra.secure_bundles.download(database_id, tmp_path / "no" / "bundle.zip")
    with pytest.raises(FileNotFoundError, match="new/"):
        await astra.secure_bundles.download(database_id, f"{tmp_path}/new/")
    (tmp_path / f"secure-connect-{database_id}.zip").mkdir()
    with pytest.raises(IsADirectoryError):
        await astra.secure_bundles.download(database_id, tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    for path in ("/dev/null", tmp_path / "pipe", tmp_path / "link"):
        with pytest.raises(ValueError, match="device, pipe or socket"):
            await astra.secure_bundles.download(database_id, path)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        await astra.secure_bundles.download(database_id, tmp_path / "loop")
    assert emulator.journal.count("generateSecureBundleURL") == 0


async def test_a_symbolic_link_stays_and_what_it_points_to_is_replaced(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    database_id = emulator.add_database("orders")
    (tmp_path / "folder").mkdir()
    link, target = tmp_path / "link.zip", tmp_path / "folder" / "target.zip"
    link.symlink_to("folder/target.zip")
    for _ in range(2):
        assert await astra.secure_bundles.download(database_id, link) == link
        assert link.is_symlink()
        assert zipfile.is_zipfile(target)
        assert [entry.name for entry in target.parent.iterdir()] == ["target.zip"]


async def test_a_target_may_have_the_longest_name(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    path = await astra.secure_bundles.download(emulator.add_database("orders"), tmp_path / ("b" * 255))
    assert zipfile.is_zipfile(path)


async def test_a_bundle_of_a_database_that_is_not_ready_is_waited_for(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    operation = await astra.databases.create("orders", cloud_provider="AWS", region="us-east-2")
    patient = astra.with_options(timeout=600)
    assert zipfile.is_zipfile(await patient.secure_bundles.download(operation.resource_id, tmp_path))
    assert 409 in [exchange.status for exchange in emulator.journal.of("generateSecureBundleURL")]


async def test_an_error_says_that_the_database_is_hibernated(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    database_id = emulator.add_database("orders", status="HIBERNATED")
    with pytest.raises(errors.APIStatusError) as caught:
        await astra.secure_bundles.download(database_id, tmp_path)
    assert caught.value.status == 401
    assert "HIBERNATED" in str(caught.value)


async def test_bundles_of_several_regions_go_into_one_directory(emulator: Emulator, astra: AsyncAstraDevOps, tmp_path: Path) -> None:
    database_id = emulator.add_database("orders")
    await astra.datacenters.create_all(database_id, ["us-east-1"], cloud_provider="AWS")
    for region in ("us-east-2", "us-east-1"):
        await astra.secure_bundles.download(database_id, tmp_path, region=region)
    names = [f"secure-connect-{database_id}-{region}.zip" for region in ("us-east-1", "us-east-2")]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    with pytest.raises(ValueError, match="region must not contain a path separator"):
        await astra.secure_bundles.download(database_id, tmp_path, region="a/b")
