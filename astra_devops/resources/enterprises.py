"""Enterprises: organizations, costs and billing reports of a whole enterprise.

They take a token of the enterprise.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from astra_devops._json import times
from astra_devops._rest.endpoints import enterprises as endpoints
from astra_devops._rest.models.enterprises import (
    BillingReport,
    CreateOrgInEnterpriseRequest,
    EnterpriseConsumption,
    EnterpriseConsumptionRequest,
    EnterpriseGenerateReportRequest,
    EnterpriseOrganization,
    EnterpriseUsageRequest,
)
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.operations.conditions import enterprises as conditions
from astra_devops.operations.factory import OperationFactory
from astra_devops.operations.handle import AsyncOperation

_CONSUMPTION_DAYS: Final = 31
_USAGE_DAYS: Final = 90


class AsyncEnterprises:
    """The enterprise that the token belongs to. A token of one organization will not do."""

    def __init__(self, caller: Caller, operations: OperationFactory) -> None:
        self._caller = caller
        self._operations = operations

    async def create_organization(self, name: str, *, email: str, admin_user_id: str, enterprise_id: str) -> EnterpriseOrganization:
        """Create an organization in an enterprise.

        Keep its id: the service has no way to read, list or delete such an organization.

        Args:
            email: address of the organization.
            admin_user_id: user who becomes its administrator.

        Raises:
            OutcomeUnknownError: the answer was lost. The request is not repeated, since it could
                make a second organization.
        """
        body = CreateOrgInEnterpriseRequest(
            name=checks.string(name, "name"),
            email=checks.string(email, "email"),
            admin_user_id=checks.string(admin_user_id, "admin_user_id"),
            enterprise_id=checks.string(enterprise_id, "enterprise_id"),
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
        """Fetch what the enterprise has spent in a window of at most 31 days, by organization, database and region.

        Costs are what the service writes: numbers, or strings of digits.

        Args:
            start: an aware datetime.
            end: an aware datetime after ``start``.
            resource_ids: these databases and other resources only.
            organization_ids: these organizations only.
        """
        from_date, to_date = _window(start, end, _CONSUMPTION_DAYS)
        body = EnterpriseConsumptionRequest(
            from_date=from_date,
            to_date=to_date,
            resource_ids=_ids(resource_ids, "resource_ids"),
            org_ids=_ids(organization_ids, "organization_ids"),
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
        """Fetch the same of a window of at most 90 days, by the request of an earlier edition of the API.

        The path is inferred: the edition that documents this request does not say where it goes.
        Prefer ``consumption``.

        Args:
            start: an aware datetime.
            end: an aware datetime after ``start``.
            cluster_ids: these databases only.
            organization_ids: these organizations only.
        """
        start_date, end_date = _window(start, end, _USAGE_DAYS)
        body = EnterpriseUsageRequest(
            start_date=start_date,
            end_date=end_date,
            cluster_ids=_ids(cluster_ids, "cluster_ids"),
            org_ids=_ids(organization_ids, "organization_ids"),
        )
        return (await endpoints.get_enterprise_consumption(self._caller, body=body)).value

    async def create_billing_report(self, month: int, year: int) -> AsyncOperation[BillingReport]:
        """Have the billing report of a month made.

        The operation knows the id at once, and is done when the report can be downloaded.

        The service wants month and year as strings and does not document their form; they are sent
        without leading zeros.

        Args:
            month: 1 to 12.
            year: in full.

        Raises:
            OutcomeUnknownError: the answer was lost. The request is not repeated, since it could
                start a second report.

        >>> operation = await astra.enterprises.create_billing_report(3, 2026)
        >>> report = await operation.wait()
        >>> url = report.report_details.csv_download_url.reveal()
        """
        body = EnterpriseGenerateReportRequest(
            month=str(checks.integer(month, "month", 1, 12)),
            year=str(checks.integer(year, "year", 2000, 9999)),
        )
        report_id = (await endpoints.generate_report(self._caller, body=body)).value.report_id
        return self._operations.start(conditions.CREATE_BILLING_REPORT, report_id=report_id)

    async def get_billing_report(self, report_id: str) -> BillingReport:
        """Fetch how far a report is and, once it is COMPLETED, the address of its CSV file, which works for a while without any token.

        Raises:
            NotFoundError: there is no such report.
        """
        return (await endpoints.get_report_details(self._caller, report_id=report_id)).value


def _window(start: datetime, end: datetime, days: int) -> tuple[str, str]:
    """Check a window of time, and spell its ends."""
    for name, moment in (("start", start), ("end", end)):
        if not isinstance(moment, datetime):
            raise TypeError(f"{name} must be a datetime, not {type(moment).__name__}")
        if moment.utcoffset() is None:
            raise ValueError(f"{name} must have a time zone, as in datetime.now(UTC)")
    if end <= start:
        raise ValueError("end must be after start")
    if end - start > timedelta(days=days):
        raise ValueError(f"end must be at most {days} days after start")
    return times.write(start), times.write(end)


def _ids(ids: Sequence[str] | None, name: str) -> list[str] | None:
    """Check a selection. An empty one is refused, since the service may take it for none at all."""
    if ids is None:
        return None
    if isinstance(ids, str):
        raise TypeError(f"{name} must be a sequence of str, not one str")
    if not ids:
        raise ValueError(f"{name} must not be empty; leave it out for all")
    return [checks.string(one, name) for one in ids]
