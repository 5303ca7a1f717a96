"""Fleets: the same work for many databases, with a report, and a journal that survives crashes.

``client.fleet.run`` starts a run. This module has the values that it returns.
"""

from astra_devops.fleet.engine.run import AsyncFleetRun
from astra_devops.fleet.fleet import AsyncFleet
from astra_devops.fleet.outcome import Outcome, State
from astra_devops.fleet.report.report import Report
from astra_devops.fleet.report.values import ErrorGroup, LatencyBucket, Period, ReportedItem

__all__ = ["AsyncFleet", "AsyncFleetRun", "ErrorGroup", "LatencyBucket", "Outcome", "Period", "Report", "ReportedItem", "State"]
