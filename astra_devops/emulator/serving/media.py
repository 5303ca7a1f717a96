"""Refusing a request whose media types are not those of its operation."""

from collections.abc import Mapping

from astra_devops.emulator import replies
from astra_devops.emulator.contract.contract import Operation


def check(operation: Operation, headers: Mapping[str, str], *, has_body: bool) -> None:
    """Check the types of a body and of the answers that a client accepts, unless plain JSON.

    Raises:
        Refusal: The operation has another type: 415 for the body, 406 for the answer.
    """
    if has_body and operation.sends != replies.JSON and _kind(headers.get("Content-Type", "")) != operation.sends:
        raise replies.refusal(415, f"The body must be {operation.sends}.")
    if operation.answers != replies.JSON and not _accepts(headers.get("Accept", "*/*"), operation.answers):
        raise replies.refusal(406, f"The client must accept {operation.answers}.")


def _accepts(accept: str, media: str) -> bool:
    return not {_kind(part) for part in accept.split(",")}.isdisjoint({media, media.partition("/")[0] + "/*", "*/*"})


def _kind(media: str) -> str:
    """Return a media type without its parameters."""
    return media.partition(";")[0].strip().lower()
