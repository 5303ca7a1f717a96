"""Whether an error status is the service's own."""

from astra_devops import errors


def comes_from_service(error: errors.APIStatusError) -> bool:
    """Return whether the service has answered with this status.

    A page of HTML comes from a proxy in front of it, and says nothing about a resource.
    """
    return "html" not in error.headers.get("content-type", "").lower() and not error.body.reveal().lstrip().startswith(b"<")
