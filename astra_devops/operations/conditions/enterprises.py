"""What operations of an enterprise are waited for."""

from typing import Final

from astra_devops._rest.endpoints import enterprises as endpoints
from astra_devops._rest.models.enterprises import BillingReport
from astra_devops.operations.kinds import Observation, OperationKind, Params, PollContext


async def report_ready(context: PollContext, params: Params) -> Observation[BillingReport]:
    """Reached once the report can be downloaded."""
    report = (await endpoints.get_report_details(context.caller, report_id=params["report_id"])).value
    return Observation(str(report.status), report.status == "COMPLETED", report)


CREATE_BILLING_REPORT: Final = OperationKind(
    name="enterprises.create_billing_report",
    condition=report_ready,
    timeout=30 * 60.0,
    failed=frozenset({"FAILED"}),
    resource="report_id",
)
