"""Authentication methods: objects that return the headers of a request."""

from typing import Protocol

from multidict import CIMultiDict


class SecretHeaders(CIMultiDict[str]):
    """Headers with a credential, in the form that aiohttp takes without a conversion.

    Their repr, which a traceback with local variables prints, shows names only.
    """

    def __repr__(self) -> str:
        return f"<headers {', '.join(self)}>"


class Auth(Protocol):
    """An authentication method. To add one, write a class with these methods.

    The headers are requested for each attempt. As long as the credential is the same, return the
    same object: the client composes the headers of its requests again only for a new one.
    """

    @property
    def source(self) -> str | None:
        """Where the credential comes from, in words; None if it is not known yet."""
        ...

    @property
    def is_static(self) -> bool:
        """Whether the credential never changes, and asking for it runs no code of the user's."""
        ...

    @property
    def has_provider(self) -> bool:
        """Whether code of the user's provides the credential, and may return another one later."""
        ...

    def known_headers(self) -> SecretHeaders | None:
        """Return what :meth:`api_headers` would, if that takes neither time nor asking."""
        ...

    async def api_headers(self) -> SecretHeaders:
        """Return the headers for a request to the DevOps API."""
        ...

    async def data_headers(self) -> SecretHeaders:
        """Return the headers for a request to the data endpoint of a database."""
        ...

    async def client_id(self) -> str:
        """Return the id of the client that the credential belongs to, which is not a secret."""
        ...

    async def pinned(self) -> "Auth":
        """Return an object with the current credential, which does not follow later changes."""
        ...
