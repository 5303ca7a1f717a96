"""Tokens: what programs authenticate with."""

import builtins
from collections.abc import Sequence
from datetime import datetime

from astra_devops._rest.models.tokens import CreateTokenBody, Token, TokenInfo
from astra_devops._runtime import checks
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import roles as lookup
from astra_devops.resources._identity import rotation, tokens
from astra_devops.resources._identity.roles import RoleRef
from astra_devops.resources._identity.rotation import OnNewToken
from astra_devops.resources._identity.tokens import TokenFamily


class AsyncTokens:
    """Tokens of the organization, known by their client ids: the second of the three parts of a token, which is no secret.

    The service has two families of operations for the same tokens, ``/v2/tokens`` and
    ``/v2/clientIdSecrets``. Each method uses the one that is known to work for it; ``family``
    chooses.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self, *, family: TokenFamily = "client_id_secrets") -> builtins.list[TokenInfo]:
        """List the tokens, without their secrets, which nobody can see again.

        Of roles the service tells the ids.

        Needs ``org-token-read``.
        """
        return (await tokens.listed(self._caller, tokens.checked_family(family))).value.clients or []

    async def create(
        self,
        roles: Sequence[RoleRef],
        *,
        organization_id: str | None = None,
        description: str | None = None,
        expires_at: datetime | None = None,
        family: TokenFamily = "tokens",
    ) -> Token:
        """Create a token.

        What it returns is the only chance to read its secrets: ``token``, and ``secret`` for
        drivers.

        A request whose answer is lost is not repeated, since each makes another token.

        Args:
            roles: by id or by name. They cannot be changed later, but what they allow can.
            organization_id: by default the calling token's own; tokens of an enterprise make tokens
                of its organizations this way.
            description: what it is for.
            expires_at: when it stops working, with a time zone; by default never.

        Needs ``org-token-write``, and ``org-role-read`` for roles given by name.

        Raises:
            ValueError: no role bears a name given; the message lists those that there are.
            AmbiguousNameError: several roles bear it.
            OutcomeUnknownError: the answer was lost; ``candidates`` has the client ids of tokens
                that it may have made, to be deleted.

        >>> made = await astra.tokens.create(["sales-reader"], description="nightly report")
        >>> Path("token").write_text(made.token.reveal())
        """
        if tokens.checked_family(family) != "tokens" and organization_id is not None:
            raise ValueError("organization_id is understood by the family 'tokens' only")
        body = CreateTokenBody(
            roles=[],
            org_id=None if organization_id is None else checks.string(organization_id, "organization_id"),
            token_expiry=self._in_the_future(expires_at),
            description=description,
        )
        body.roles = await lookup.ids_of(self._caller, roles)
        return await tokens.create(self._caller, body, family)

    async def delete(self, client_id: str, *, family: TokenFamily = "client_id_secrets") -> None:
        """Revoke a token. It stops working at once, for whoever uses it.

        With ``family="tokens"`` the path is inferred: no published document shows it in full.

        Args:
            client_id: case-sensitive; not the whole token.

        Needs ``org-token-write``.

        Raises:
            NotFoundError: there is no token of that client id.
        """
        await tokens.revoke(self._caller, _checked(client_id), tokens.checked_family(family))

    async def rotate(
        self,
        client_id: str | None = None,
        *,
        on_new: OnNewToken,
        roles: Sequence[RoleRef] | None = None,
        description: str | None = None,
        expires_at: datetime | None = None,
    ) -> Token:
        """Put a new token in the place of an old one: create it, try it, hand it to ``on_new``, then revoke the old one.

        If the new token does not work, or ``on_new`` raises, the new one is deleted and the old one
        stays. If the old one cannot be revoked, both work. The notes of the error name the client
        ids of both, and say which of them is valid; secrets they do not hold.

        All of it is done with the token that this client has at the beginning, whatever its
        provider returns once ``on_new`` was called.

        Args:
            client_id: the token to replace; by default the one that this client uses. A client that
                was made with a fixed token cannot be used after that has been replaced: make it
                with a callable that returns the token of the day, or make a new one.
            on_new: called with the new token while the old one still works; sync or async. It has
                to keep it: nobody can read it again.
            roles: by id or by name; by default those of the old token.
            description: by default the old one's.
            expires_at: when the new token stops working, with a time zone; by default as long after
                now as the old one does after its making, or never if that never does.

        Needs ``org-token-read`` and ``org-token-write``, and ``org-role-read`` for roles given by
        name.

        Raises:
            ValueError: there is no token of that client id.
            OutcomeUnknownError: an answer was lost; while creating, ``candidates`` has the client
                ids of tokens that it may have made.

        >>> await astra.tokens.rotate(on_new=lambda new: vault.write("astra", new.token.reveal()))
        """
        if not callable(on_new):
            raise TypeError(f"on_new must be callable, not {type(on_new).__name__}")
        self._in_the_future(expires_at)
        if client_id is not None:
            _checked(client_id)
        caller = await self._caller.pinned()
        old = client_id or await caller.client_id()
        info = await tokens.find(caller, old)
        if info is None:
            raise ValueError(f"client_id must be that of a token of the organization; there is none with {old!r}")
        body = CreateTokenBody(
            # Those of the old token are taken as they are: what was no role's id must not become
            # one by its name.
            roles=list(info.roles or []) if roles is None else await lookup.ids_of(caller, roles),
            token_expiry=expires_at or _after_as_long(info, caller),
            description=description if description is not None else info.description or None,
        )
        return await rotation.rotate(caller, old, body, on_new)

    def _in_the_future(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        if not isinstance(moment, datetime):
            raise TypeError(f"expires_at must be a datetime, not {type(moment).__name__}")
        if moment.tzinfo is None:
            raise ValueError("expires_at must have a time zone")
        if moment <= self._caller.clock.now():
            raise ValueError(f"expires_at must be in the future, not {moment.isoformat()}")
        return moment


def _checked(client_id: str) -> str:
    if ":" in checks.string(client_id, "client_id"):
        # Not shown: it may well be the whole token.
        raise ValueError("client_id must be the part between the colons of a token, not the whole token")
    return client_id


def _after_as_long(info: TokenInfo, caller: Caller) -> datetime | None:
    if info.token_expiry is None or info.generated_on is None:
        return None
    return caller.clock.now() + (info.token_expiry - info.generated_on)
