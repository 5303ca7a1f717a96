"""Enterprises: organizations, costs and billing reports of a whole enterprise.

The methods require a token of the enterprise.
"""

import codecs
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

from astra_devops._json import times
from astra_devops._rest.endpoints import enterprises as endpoints
from astra_devops._rest.models.enterprises import BillingReport, EnterpriseConsumption, EnterpriseOrganization
from astra_devops._rest.models.enterprises_requests import (
    CreateOrgInEnterpriseRequest,
    EnterpriseConsumptionRequest,
    EnterpriseGenerateReportRequest,
    EnterpriseUsageRequest,
)
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.download import ProgressCallback, Wanted, checked_file_name, checked_path, download
from astra_devops._secret import Secret
from astra_devops.operations.conditions import enterprises as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation

_CONSUMPTION_DAYS: Final = 31
_USAGE_DAYS: Final = 90
_PIECE: Final = 1024 * 1024


def _text_damage(file: IO[bytes]) -> str | None:
    """Return why a file is not a text; None if it is one. Blocks."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    is_empty = True
    try:
        while piece := file.read(_PIECE):
            is_empty = False
            if "\0" in decoder.decode(piece):
                return "it has NUL characters"
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "it is not UTF-8"
    return "it is empty" if is_empty else None


_REPORT: Final = Wanted(
    operation="downloadBillingReport",
    url_operation="getReportDetails",
    name="billing report",
    kind="a text",
    damage=_text_damage,
    largest=1024 * 1024 * 1024,
)


class AsyncEnterprises:
    """The enterprise that the token belongs to.

    The methods require a token of the enterprise; a token of one organization is not enough. The
    service does not document which permissions they need.
    """

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def create_organization(
        self, name: str, *, email: str, admin_user_id: str, enterprise_id: str | None = None
    ) -> EnterpriseOrganization:
        """Create an organization in an enterprise.

        Keep its id: the service cannot read, list or delete such an organization.

        Args:
            name: The name of the organization.
            email: The e-mail address of the organization.
            admin_user_id: The user who becomes its administrator.
            enterprise_id: The enterprise; by default that of the token.

        Raises:
            ValueError: An argument is empty.
            OutcomeUnknownError: The answer was lost. The request is not sent again: it could create
                a second organization.
        """
        body = CreateOrgInEnterpriseRequest(
            name=checks.string(name, "name"),
            email=checks.string(email, "email"),
            admin_user_id=checks.string(admin_user_id, "admin_user_id"),
            enterprise_id=checks.optional(checks.string, enterprise_id, "enterprise_id"),
        )
        return (await endpoints.create_organization_in_enterprise(self._caller, body=body)).value

    async def consumption(
        self,
        start: datetime,
        end: datetime,
        *,
        resource_ids: Sequence[str] | None = None,
        organization_ids: Sequence[str] | None = None,
    ) -> EnterpriseConsumption:
        """Fetch the costs in a period of up to 31 days, by organization, database and region.

        Costs are returned as the service writes them: as numbers, or as strings of digits.

        Args:
            start: The start of the period, with a time zone.
            end: The end of the period, with a time zone; after ``start``.
            resource_ids: Include only these databases and other resources.
            organization_ids: Include only these organizations.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: A time has no time zone, the period is empty or too long, or a list of ids
                is empty.
        """
        from_date, to_date = _check_period(start, end, _CONSUMPTION_DAYS)
        body = EnterpriseConsumptionRequest(
            from_date=from_date,
            to_date=to_date,
            resource_ids=checks.optional(_check_ids, resource_ids, "resource_ids"),
            org_ids=checks.optional(_check_ids, organization_ids, "organization_ids"),
        )
        return (await endpoints.get_enterprise_consumption(self._caller, body=body)).value

    async def usage(
        self,
        start: datetime,
        end: datetime,
        *,
        cluster_ids: Sequence[str] | None = None,
        organization_ids: Sequence[str] | None = None,
    ) -> EnterpriseConsumption:
        """Fetch the costs in a period of up to 90 days, by organization, database and region.

        This is the request of an earlier edition of the API; prefer ``consumption``. The path is
        inferred: the edition that documents the request does not show it.

        Args:
            start: The start of the period, with a time zone.
            end: The end of the period, with a time zone; after ``start``.
            cluster_ids: Include only these databases.
            organization_ids: Include only these organizations.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: A time has no time zone, the period is empty or too long, or a list of ids
                is empty.
        """
        start_date, end_date = _check_period(start, end, _USAGE_DAYS)
        body = EnterpriseUsageRequest(
            start_date=start_date,
            end_date=end_date,
            cluster_ids=checks.optional(_check_ids, cluster_ids, "cluster_ids"),
            org_ids=checks.optional(_check_ids, organization_ids, "organization_ids"),
        )
        return (await endpoints.get_enterprise_consumption(self._caller, body=body)).value

    async def create_billing_report(self, month: int, year: int) -> AsyncOperation[BillingReport]:
        """Have the service create the billing report of a month.

        The operation has the id at once, and is done when the report can be downloaded.

        The service takes month and year as strings and does not document their format; they are
        sent without leading zeros.

        Args:
            month: From 1 to 12.
            year: Four digits.

        Raises:
            ValueError: ``month`` or ``year`` is out of range.
            OutcomeUnknownError: The answer was lost. The request is not sent again: it could start
                a second report.

        >>> operation = await astra.enterprises.create_billing_report(3, 2026)
        >>> report = await operation.wait()
        >>> path = await astra.enterprises.download_billing_report(report.report_id, "march.csv")
        """
        body = EnterpriseGenerateReportRequest(
            month=str(checks.integer(month, "month", 1, 12)),
            year=str(checks.integer(year, "year", 2000, 9999)),
        )
        report_id = (await endpoints.generate_report(self._caller, body=body)).value.report_id
        return self._operations.start(conditions.CREATE_BILLING_REPORT, report_id=report_id)

    async def get_billing_report(self, report_id: str) -> BillingReport:
        """Fetch the status of a billing report and, once it is COMPLETED, the URL of its CSV file.

        The URL works for a while without a token.

        Raises:
            NotFoundError: The report does not exist.
        """
        return (await endpoints.get_report_details(self._caller, report_id=report_id)).value

    async def download_billing_report(
        self, report_id: str, path: str | os.PathLike[str], *, progress: ProgressCallback | None = None
    ) -> Path:
        """Download a billing report, which is a CSV file, and return its path.

        The file appears under its name only when it is complete, and only its owner may read it.

        Args:
            report_id: Id of a report that is COMPLETED; the operation of
                :meth:`create_billing_report` waits for that.
            path: The file, which is overwritten, or a directory, in which the file is named
                ``billing-report-<report id>.csv``.
            progress: A sync or async callback that gets the number of bytes received and the total,
                which is None if unknown.

        Raises:
            ValueError: The report has no file yet; the message names its status.
            OSError: The file cannot be written.
            NotFoundError: The report does not exist.
            ResponseDecodeError: The received file is not a text.
            OutcomeUnknownError: The download broke off, or took longer than ``timeout``.
        """
        checks.identifier(report_id, "report_id")
        checks.optional(checks.callback, progress, "progress")
        path = checked_path(path)
        file_name = checked_file_name(f"billing-report-{report_id}.csv", "report_id")

        async def get_url() -> Secret:
            report = await self.get_billing_report(report_id)
            url = report.report_details.csv_download_url
            if not url:
                raise ValueError(f"report {report_id} has no file to download: its status is {report.status}")
            return url

        return await download(self._caller, _REPORT, get_url, path, file_name, progress)


def _check_period(start: datetime, end: datetime, days: int) -> tuple[str, str]:
    """Check a period, and return its ends as strings."""
    if checks.moment(end, "end") <= checks.moment(start, "start"):
        raise ValueError("end must be after start")
    if end - start > timedelta(days=days):
        raise ValueError(f"end must be at most {days} days after start")
    return times.write(start), times.write(end)


def _check_ids(ids: Sequence[str], name: str) -> list[str]:
    """Check ids to filter by, which must not be empty: the service may treat that as no filter."""
    checked = checks.strings(ids, name)
    if not checked:
        raise ValueError(f"{name} must not be empty; leave it out to include all")
    return checked
