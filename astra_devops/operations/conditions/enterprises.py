"""The condition of a billing report."""

from typing import Final

from astra_devops._rest.endpoints import enterprises as endpoints
from astra_devops._rest.models.enterprises import BillingReport
from astra_devops.operations.kinds import MINUTE, Observation, OperationKind, Params, PollContext


async def is_report_ready(context: PollContext, params: Params) -> Observation[BillingReport]:
    """Check whether the report can be downloaded."""
    report = (await endpoints.get_report_details(context.caller, report_id=params["report_id"])).value
    return Observation(str(report.status), report.status == "COMPLETED", report)


CREATE_BILLING_REPORT: Final = OperationKind(
    name="enterprises.create_billing_report",
    params=("report_id",),
    condition=is_report_ready,
    timeout=30 * MINUTE,
    failure_states=frozenset({"FAILED"}),
    resource="report_id",
)
