"""Tokens: the credentials of programs."""

import builtins
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from astra_devops._rest.models.tokens import Token, TokenInfo
from astra_devops._rest.models.tokens_requests import CreateTokenBody
from astra_devops._runtime import checks, deadline
from astra_devops._runtime.caller import Caller
from astra_devops.resources._identity import rotation, stale_tokens, tokens
from astra_devops.resources._identity.roles import RoleRef, check_refs, resolve_ids
from astra_devops.resources._identity.rotation import OnNewToken
from astra_devops.resources._identity.stale_tokens import SweptToken
from astra_devops.resources._identity.tokens import TokenFamily


class AsyncTokens:
    """Tokens of the organization, identified by their client ids.

    The client id is the second of the three parts of a token; it is not secret.

    The service has two families of operations for the same tokens, ``/v2/tokens`` and
    ``/v2/clientIdSecrets``. Each method uses the one that is known to work for it; ``family``
    overrides this.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self, *, family: TokenFamily = "client_id_secrets") -> builtins.list[TokenInfo]:
        """List the tokens with the ids of their roles. Secrets cannot be read again.

        Needs ``org-token-read``.

        Raises:
            ValueError: ``family`` is unknown.
        """
        return (await tokens.list_tokens(self._caller, tokens.check_family(family))).value.clients or []

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

        The returned value is the only chance to read its secrets: ``token``, and ``secret`` for
        drivers.

        A lost request is not sent again: a second one would create another token.

        Needs ``org-token-write``; also ``org-role-read`` if roles are given by name.

        Args:
            roles: Ids or names. The roles of a token cannot be changed later, but what they allow
                can.
            organization_id: The organization of the token; by default that of the calling token. A
                token of an enterprise can create tokens of its organizations this way.
            description: The purpose of the token.
            expires_at: When the token stops working, with a time zone; by default never.
            family: The operations to use.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is not valid, or no role has a given name; the message lists the
                names.
            AmbiguousNameError: Several roles have a given name.
            OutcomeUnknownError: The answer was lost. ``candidates`` has the client ids of tokens
                that it may have created; delete those.

        >>> created = await astra.tokens.create(["sales-reader"], description="nightly report")
        >>> Path("token").write_text(created.token.reveal())
        """
        tokens.check_family(family)
        body = CreateTokenBody(
            roles=[],
            org_id=checks.optional(checks.string, organization_id, "organization_id"),
            token_expiry=checks.optional(self._check_future, expires_at, "expires_at"),
            description=checks.optional(checks.text, description, "description"),
        )
        with deadline.within(self._caller.options.timeout):
            body.roles = await resolve_ids(self._caller, roles)
            return await tokens.create(self._caller, body, family)

    async def delete(self, client_id: str, *, family: TokenFamily = "client_id_secrets") -> None:
        """Revoke a token. It stops working at once, for all its users.

        With ``family="tokens"`` the path is inferred: no published document shows it in full.

        Needs ``org-token-write``.

        Args:
            client_id: The client id, which is case-sensitive; not the whole token.
            family: The operations to use.

        Raises:
            ValueError: ``client_id`` is a whole token, or ``family`` is unknown.
            NotFoundError: No token has the client id.
        """
        await tokens.revoke(self._caller, _check_client_id(client_id), tokens.check_family(family))

    async def sweep(
        self, *, older_than: timedelta, unused: Iterable[str] | None = None, dry_run: bool = False
    ) -> builtins.list[SweptToken]:
        """Revoke old tokens of the organization, but never the one that this client uses.

        A token that does not reveal when it was created is left alone. It goes on when a token
        cannot be revoked; look at ``state`` and ``error`` of each.

        Needs ``org-token-read`` and ``org-token-write``.

        Args:
            older_than: Revoke only tokens that were created longer ago.
            unused: Client ids of tokens that are not used any more; others are left alone. The
                service does not say when a token was last used: your audit log does. By default
                all old tokens are revoked, those in use by other programs too, so look at a dry
                run first.
            dry_run: Only list what would be revoked.

        Returns:
            One entry per token, the oldest first. None has a secret.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: ``older_than`` is negative, or an item of ``unused`` is a whole token.

        >>> for token in await astra.tokens.sweep(older_than=timedelta(days=90), dry_run=True):
        ...     print(token.client_id, token.description, token.generated_on)
        """
        if checks.instance(older_than, "older_than", timedelta) < timedelta():
            raise ValueError(f"older_than must not be negative, but is {older_than}")
        client_ids = None if unused is None else {_check_client_id(item, "unused") for item in checks.strings(unused, "unused")}
        checks.flag(dry_run, "dry_run")
        # One token for everything: with another one the list could name the one in use.
        caller = await self._caller.pinned()
        infos = (await tokens.list_tokens(caller, "client_id_secrets")).value.clients or []
        found = stale_tokens.stale(infos, await caller.client_id(), caller.clock.now(), older_than, client_ids)
        return found if dry_run else await stale_tokens.revoke_all(caller, found)

    async def rotate(
        self,
        client_id: str | None = None,
        *,
        on_new: OnNewToken,
        roles: Sequence[RoleRef] | None = None,
        description: str | None = None,
        expires_at: datetime | None = None,
    ) -> Token:
        """Replace a token: create a new one, test it, pass it to ``on_new``, revoke the old one.

        If the new token does not work, or ``on_new`` raises, the new one is deleted and the old one
        stays. If the old one cannot be revoked, both work. Notes on the error name the client ids
        of both and say which of them is valid; they contain no secrets.

        Everything is done with the token that this client has at the start, whatever its provider
        returns after ``on_new`` has been called.

        Needs ``org-token-read`` and ``org-token-write``; also ``org-role-read`` if roles are given
        by name.

        Args:
            client_id: The client id of the token to replace; by default the token that this client
                uses. A client with a fixed token cannot be used after that token was replaced:
                create the client with a callable that returns the current token, or create a new
                client.
            on_new: A sync or async callback that gets the new token while the old one still works.
                It must store the token, which cannot be read again.
            roles: Ids or names; by default the roles of the old token.
            description: The purpose of the token; by default that of the old one.
            expires_at: When the new token stops working, with a time zone. By default the new token
                has the same lifetime as the old one, from now on.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: An argument is not valid, or no token has the client id.
            OutcomeUnknownError: An answer was lost. If it was that of the creation, ``candidates``
                has the client ids of tokens that it may have created.

        >>> def store(new: Token) -> None:
        ...     vault.write("astra", new.token.reveal())
        >>> await astra.tokens.rotate(on_new=store)
        """
        checks.callback(on_new, "on_new")
        checks.optional(check_refs, roles, "roles")
        checks.optional(checks.text, description, "description")
        checks.optional(self._check_future, expires_at, "expires_at")
        checks.optional(_check_client_id, client_id, "client_id")
        with deadline.within(self._caller.options.timeout):
            caller = await self._caller.pinned()
            old_id = client_id or await caller.client_id()
            info = await tokens.find(caller, old_id)
            if info is None:
                raise ValueError(f"client_id must be that of a token of the organization, and no token has {old_id!r}")
            body = CreateTokenBody(
                # The old token's roles are not looked up: an entry that is not the id of a role
                # must not be taken for a name.
                roles=list(info.roles or []) if roles is None else await resolve_ids(caller, roles),
                token_expiry=expires_at or _same_lifetime(info, caller),
                description=description if description is not None else info.description or None,
            )
        return await rotation.rotate(caller, old_id, body, on_new)

    def _check_future(self, moment: datetime, name: str) -> datetime:
        if checks.moment(moment, name) <= self._caller.clock.now():
            raise ValueError(f"{name} must be in the future, not {moment.isoformat()}")
        return moment


def _check_client_id(client_id: str, name: str = "client_id") -> str:
    if ":" in checks.identifier(client_id, name):
        # The value is not shown: it may be the whole token.
        raise ValueError(f"{name} must be the part between the colons of a token, not the whole token")
    return client_id


def _same_lifetime(info: TokenInfo, caller: Caller) -> datetime | None:
    """Return the expiry of a new token with the same lifetime as another one."""
    if info.token_expiry is None or info.generated_on is None:
        return None
    return caller.clock.now() + (info.token_expiry - info.generated_on)
