"""Tokens of the organization, through either of the service's two families of operations."""

import hashlib
from typing import Final, Literal

from astra_devops import errors
from astra_devops._json.convert import ShapeError, structure
from astra_devops._json_bytes import codec
from astra_devops._rest.endpoints import tokens as endpoints
from astra_devops._rest.models.tokens import Token, TokenInfo, TokenInfoList
from astra_devops._rest.models.tokens_requests import CreateTokenBody, GenerateTokenBody
from astra_devops._runtime.call import TOOK_EFFECT, Answer
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops.resources._outcome.candidates import candidates_named
from astra_devops.resources._outcome.lookups import looking_check

TokenFamily = Literal["tokens", "client_id_secrets"]
"""The operations to use: those of ``/v2/tokens``, or those of ``/v2/clientIdSecrets``.

Both work on the same tokens.
"""

_UNKNOWN_TOKEN: Final = 340018


def check_family(family: str) -> str:
    """Check the name of a family."""
    if family not in ("tokens", "client_id_secrets"):
        raise ValueError(f"family must be 'tokens' or 'client_id_secrets', not {family!r}")
    return family


async def list_tokens(caller: Caller, family: str) -> Answer[TokenInfoList]:
    """List the tokens, without their secrets."""
    if family == "tokens":
        return await endpoints.get_tokens_for_org(caller)
    return await endpoints.get_clients_for_org(caller)


async def find(caller: Caller, client_id: str, family: str = "client_id_secrets") -> TokenInfo | None:
    """Find a token by its client id; None if there is no match."""
    clients = (await list_tokens(caller, family)).value.clients or []
    return next((info for info in clients if info.client_id == client_id), None)


async def create(caller: Caller, body: CreateTokenBody, family: str = "tokens") -> Token:
    """Create a token.

    If the answer is lost, so is the secret; the error has the token's client id where it can be
    found.
    """

    async def list_ids() -> list[str]:
        return [info.client_id for info in (await list_tokens(caller, family)).value.clients or [] if _is_similar(info, body)]

    try:
        async with candidates_named(caller, list_ids):
            return await _create(caller, body, family)
    except errors.OutcomeUnknownError as error:
        if error.candidates:
            add_detail(error, "the secret of that token is lost: delete it, unless another client has created it at the same time")
        raise


async def _create(caller: Caller, body: CreateTokenBody, family: str) -> Token:
    try:
        if family == "tokens":
            return (await endpoints.create_token(caller, body=body)).value
        generate_body = GenerateTokenBody(
            roles=body.roles, org_id=body.org_id, token_expiry=body.token_expiry, description=body.description
        )
        return (await endpoints.generate_token_for_client(caller, body=generate_body)).value
    except errors.ResponseDecodeError as error:
        completed = _complete_token(error)
        if completed is None:
            add_detail(error, "the token was created; its secrets are in the body of this error, and nowhere else")
            raise
        return completed


async def revoke(caller: Caller, client_id: str, family: str = "client_id_secrets") -> None:
    """Revoke a token, which may be the caller's own.

    Raises:
        NotFoundError: No token has the client id.
    """

    async def look_once() -> Answer[None] | None:
        try:
            return TOOK_EFFECT if await find(caller, client_id, family) is None else None
        except errors.AuthenticationError as error:
            if await is_own_revocation(caller, client_id, error):
                return TOOK_EFFECT
            raise

    check_outcome = looking_check(caller, look_once)
    if family == "tokens":
        await endpoints.delete_token(caller, client_id=client_id, check_outcome=check_outcome)
    else:
        await endpoints.delete_token_for_client(caller, client_id=client_id, check_outcome=check_outcome)


async def is_own_revocation(caller: Caller, client_id: str, error: errors.APIStatusError) -> bool:
    """Return whether a refusal means that the caller has revoked its own token."""
    is_unknown = any(detail.id == _UNKNOWN_TOKEN for detail in error.errors)
    return is_unknown and await caller.client_id() == client_id


def _complete_token(error: errors.ResponseDecodeError) -> Token | None:
    """Read an answer that lacks only the token itself; None if it lacks more.

    The token can be computed: it consists of the client id and a digest of the secret.
    """
    try:
        document = codec.loads(error.body.reveal())
        digest = hashlib.sha256(document["secret"].encode()).hexdigest()
        token: Token = structure({**document, "token": f"AstraCS:{document['clientId']}:{digest}"}, Token)
    except (codec.JSONDecodeError, AttributeError, KeyError, TypeError, ShapeError):
        return None
    return token


def _is_similar(info: TokenInfo, body: CreateTokenBody) -> bool:
    return set(info.roles or []) == set(body.roles) and (info.description or "") == (body.description or "")
