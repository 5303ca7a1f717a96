"""Whether an error status is the service's own."""

from astra_devops import errors
from astra_devops._runtime.response import is_from_proxy


def comes_from_service(error: errors.APIStatusError) -> bool:
    """Return whether the service has answered with this status, and not a proxy in front of it."""
    return not is_from_proxy(error.headers.get("content-type", ""), error.body.reveal())
