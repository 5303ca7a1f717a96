"""The id of what the service has begun, as its answer should name it."""

from astra_devops import errors


def id_of(value: str | None, operation: str, field: str, how_to_find_out: str) -> str:
    """Return the id in an answer.

    Raises:
        OutcomeUnknownError: the service has accepted, but named no id; without it nobody can ask
            how far the operation is.
    """
    if value:
        return value
    raise errors.OutcomeUnknownError(
        f"{operation} was accepted, but its answer has no {field}; {how_to_find_out}",
        operation=operation,
        reason=f"no {field} in the answer",
        how_to_find_out=how_to_find_out,
    )
