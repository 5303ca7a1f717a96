"""Which tokens a sweep revokes, and revoking them one after the other."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

import attrs

from astra_devops import errors
from astra_devops._rest.models.tokens import TokenInfo
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import tokens


@attrs.frozen(kw_only=True)
class SweptToken:
    """A stale token that a sweep has found, and what came of it.

    Attributes:
        client_id: Its client id, which is not secret.
        description: What it is for; None if that was not said.
        generated_on: When it was created.
        state: ``revoked``; ``failed`` if it was not; ``unknown`` if it may have been; ``found``
            after a dry run, which revokes nothing.
        error: Why it was not revoked.
    """

    client_id: str
    description: str | None
    generated_on: datetime
    state: Literal["found", "revoked", "failed", "unknown"] = "found"
    error: Exception | None = None


def stale(
    infos: Sequence[TokenInfo], own_id: str, now: datetime, older_than: timedelta, unused: Collection[str] | None
) -> list[SweptToken]:
    """Return the tokens that a sweep revokes, the oldest first: never the one in use.

    A token whose age the service does not reveal is left alone.
    """
    return sorted(
        (
            SweptToken(client_id=info.client_id, description=info.description or None, generated_on=info.generated_on)
            for info in infos
            if info.generated_on is not None
            and now - info.generated_on > older_than
            and info.client_id != own_id
            and (unused is None or info.client_id in unused)
        ),
        key=lambda token: (token.generated_on, token.client_id),
    )


async def revoke_all(caller: Caller, found: Sequence[SweptToken]) -> list[SweptToken]:
    """Revoke tokens, and return what came of each. An error ends nothing else."""
    return [await _revoked(caller, token) for token in found]


async def _revoked(caller: Caller, token: SweptToken) -> SweptToken:
    try:
        await tokens.revoke(caller, token.client_id)
    except errors.NotFoundError:
        pass  # Another client has revoked it.
    except errors.OutcomeUnknownError as error:
        return attrs.evolve(token, state="unknown", error=error)
    except errors.AstraDevOpsError as error:
        return attrs.evolve(token, state="failed", error=error)
    return attrs.evolve(token, state="revoked")
