"""An AWS Lambda that makes a database, in two steps of a state machine.

``{"step": "begin", "name": "orders"}`` returns ``id`` and ``token``; ``{"step": "check", "token":
...}`` returns whether the database is ready. Repeat the second until it is: no invocation waits for
minutes. The token of Astra is in ASTRA_DB_APPLICATION_TOKEN.
"""

from functools import cache
from typing import Any, Protocol

from astra_devops import AstraDevOps, deadline, errors

SECONDS_TO_ANSWER = 2


class Context(Protocol):
    """What this handler uses of the context that Lambda passes."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the invocation is ended."""
        ...


@cache
def client() -> AstraDevOps:
    """Return the client of this process, which later invocations use again."""
    return AstraDevOps()


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Begin, or check."""
    seconds = context.get_remaining_time_in_millis() / 1000 - SECONDS_TO_ANSWER
    with deadline(seconds):
        match event:
            case {"step": "begin", "name": str(name)}:
                operation = client().databases.ensure(name, cloud_provider="AWS", region="us-east-2")
                return {"id": operation.resource_id, "token": operation.resume_token, "ready": False}
            case {"step": "check", "token": str(token)}:
                operation = client().resume(token)
                try:
                    operation.wait(timeout=min(seconds, 10))
                except errors.OperationTimeoutError:
                    return {"id": operation.resource_id, "token": token, "ready": False}
                return {"id": operation.resource_id, "token": token, "ready": True}
    raise ValueError("event must be {'step': 'begin', 'name': ...} or {'step': 'check', 'token': ...}")
