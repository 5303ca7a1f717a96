"""The id of what an accepted request has started, from its answer."""

from astra_devops import errors


def require_id(value: str | None, operation: str, field: str, how_to_find_out: str) -> str:
    """Return the id in an answer.

    Raises:
        OutcomeUnknownError: The service accepted the request, but returned no id. Without it the
            progress cannot be read.
    """
    if value:
        return value
    raise errors.OutcomeUnknownError(
        f"{operation} was accepted, but its answer has no {field}; {how_to_find_out}",
        operation=operation,
        reason=f"no {field} in the answer",
        how_to_find_out=how_to_find_out,
    )
