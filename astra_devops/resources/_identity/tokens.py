"""Tokens of the organization, through either of the two families of operations that the service has for them."""

import hashlib
from datetime import datetime
from typing import Final, Literal

import orjson

from astra_devops import errors
from astra_devops._json.convert import ShapeError, structure
from astra_devops._rest.endpoints import tokens as endpoints
from astra_devops._rest.models.tokens import CreateTokenBody, GenerateTokenBody, Token, TokenInfo, TokenInfoList
from astra_devops._runtime.call import TOOK_EFFECT, Answer
from astra_devops._runtime.caller import Caller
from astra_devops.resources._outcome.creations import sent_at

TokenFamily = Literal["tokens", "client_id_secrets"]
"""Which operations are used: those of ``/v2/tokens``, or those of ``/v2/clientIdSecrets``.

They are about the same tokens.
"""

_UNKNOWN_TOKEN: Final = 340018


def checked_family(family: str) -> str:
    """Check the name of a family."""
    if family not in ("tokens", "client_id_secrets"):
        raise ValueError(f"family must be 'tokens' or 'client_id_secrets', not {family!r}")
    return family


async def listed(caller: Caller, family: str) -> Answer[TokenInfoList]:
    """List the tokens, without their secrets."""
    if family == "tokens":
        return await endpoints.get_tokens_for_org(caller)
    return await endpoints.get_clients_for_org(caller)


async def find(caller: Caller, client_id: str, family: str = "client_id_secrets") -> TokenInfo | None:
    """Find the token of a client id; None if there is none."""
    clients = (await listed(caller, family)).value.clients or []
    return next((info for info in clients if info.client_id == client_id), None)


async def create(caller: Caller, body: CreateTokenBody, family: str = "tokens") -> Token:
    """Make a token.

    Of one whose answer was lost nobody knows the secret any more, but the error tells its client id
    where it can.
    """
    began = caller.clock.now()
    try:
        if family == "tokens":
            token = (await endpoints.create_token(caller, body=body)).value
        else:
            wanted = GenerateTokenBody(roles=body.roles, token_expiry=body.token_expiry, description=body.description)
            token = (await endpoints.generate_token_for_client(caller, body=wanted)).value
    except errors.OutcomeUnknownError as error:
        await _look_for(caller, body, family, began, error)
        raise
    except errors.ResponseDecodeError as error:
        completed = _completed(error)
        if completed is None:
            error.add_note("the token was made; its secrets are in the body of this error, and nowhere else")
            raise
        return completed
    return token


async def revoke(caller: Caller, client_id: str, family: str = "client_id_secrets") -> None:
    """Revoke a token, which may be the caller's own.

    Raises:
        NotFoundError: there is none of that client id.
    """

    async def check_outcome() -> Answer[None] | None:
        try:
            return TOOK_EFFECT if await find(caller, client_id, family) is None else None
        except errors.AuthenticationError as error:
            if await is_own_end(caller, client_id, error):
                return TOOK_EFFECT
            raise

    if family == "tokens":
        await endpoints.delete_token(caller, client_id=client_id, check_outcome=check_outcome)
    else:
        await endpoints.delete_token_for_client(caller, client_id=client_id, check_outcome=check_outcome)


async def is_own_end(caller: Caller, client_id: str, error: errors.APIStatusError) -> bool:
    """Tell whether a refusal means that the caller has revoked the token that it calls with."""
    unknown = any(detail.id == _UNKNOWN_TOKEN for detail in error.errors)
    return unknown and await caller.client_id() == client_id


async def _look_for(caller: Caller, body: CreateTokenBody, family: str, began: datetime, error: errors.OutcomeUnknownError) -> None:
    """Name the tokens that the lost request may have made: of those roles and that description, and not older than it."""
    error.how_to_find_out = "look for a new one in the list of tokens, and delete it: its secret is lost"
    try:
        answer = await listed(caller, family)
        since = sent_at(caller, answer, began)
    except errors.AstraDevOpsError as problem:
        error.add_note(f"listing the tokens failed too: {problem}")
        return
    error.candidates = tuple(
        info.client_id for info in answer.value.clients or [] if info.generated_on and info.generated_on >= since and _is_like(info, body)
    )
    if error.candidates:
        error.add_note(f"it may have made the token with client id {', '.join(error.candidates)}, whose secret is lost: delete it")


def _completed(error: errors.ResponseDecodeError) -> Token | None:
    """Read an answer that lacks nothing but the token itself, which consists of the client id and a digest of the secret; else None."""
    try:
        document = orjson.loads(error.body.reveal())
        digest = hashlib.sha256(document["secret"].encode()).hexdigest()
        token: Token = structure({**document, "token": f"AstraCS:{document['clientId']}:{digest}"}, Token)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ShapeError):
        return None
    return token


def _is_like(info: TokenInfo, body: CreateTokenBody) -> bool:
    return set(info.roles or []) == set(body.roles) and (info.description or "") == (body.description or "")
