"""A Celery worker that makes databases.

Run it with ``celery --workdir examples/services -A celery_worker worker``.

One task begins, the other waits. The resume token goes from one to the other through the broker, so
a worker that dies while it waits loses nothing. Each process of the pool has a client of its own,
made after the fork.
"""

import os
from functools import cache

from celery import Celery, Task  # type: ignore[import-untyped]

from astra_devops import AstraDevOps, errors

app = Celery("celery_worker", broker=os.environ.get("BROKER_URL", "amqp://"), backend=os.environ.get("RESULT_URL"))
app.conf.update(task_acks_late=True, task_reject_on_worker_lost=True, broker_connection_retry_on_startup=True)


@cache
def client() -> AstraDevOps:
    """Return the client of this process, made by its first task."""
    return AstraDevOps(base_url=os.environ.get("ASTRA_BASE_URL"))


@app.task(bind=True, max_retries=10, default_retry_delay=30)  # type: ignore[untyped-decorator,unused-ignore]
def create_database(self: Task, name: str) -> str:
    """Begin, and return the resume token. Repeating it makes no second database."""
    try:
        operation = client().databases.ensure(name, cloud_provider="AWS", region="us-east-2")
    except (errors.OutcomeUnknownError, errors.ServerError, errors.RequestNotSentError) as error:
        raise self.retry(exc=error) from error
    return operation.resume_token


@app.task(bind=True, max_retries=60, default_retry_delay=1)  # type: ignore[untyped-decorator,unused-ignore]
def wait_for_database(self: Task, token: str) -> str | None:
    """Wait for a minute at a time, so that the tasks of others get their turn; return the id."""
    operation = client().resume(token)
    try:
        operation.wait(timeout=60)
    except errors.OperationTimeoutError as error:
        raise self.retry(exc=error) from error
    return operation.resource_id
