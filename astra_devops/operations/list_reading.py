"""One reading of the whole list of databases, which the polls of many waits share."""

from collections.abc import AsyncIterator
from typing import Any, Final

from astra_devops import errors
from astra_devops._json.convert import ShapeError, structure
from astra_devops._json_bytes import codec
from astra_devops._rest import index
from astra_devops._rest.models.databases import Database
from astra_devops._runtime.call import Call
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.pages import AsyncPager, FetchPage
from astra_devops._secret import SecretBytes
from astra_devops.operations.listing import LARGEST_PAGE

_Item = tuple[str, SecretBytes]


class ListReading:
    """The databases by id, each as JSON until a wait asks for it.

    As objects they would be most of what a full garbage collection looks at, and the event loop
    stands still for as long as that takes.

    Attributes:
        started: The time by the client's monotonic clock at which the reading began: a database may
            change while the list is read.
    """

    def __init__(self, started: float) -> None:
        self.started: Final = started
        self._bodies: dict[str, bytes] = {}
        self._nameless: ShapeError | None = None

    def __len__(self) -> int:
        return len(self._bodies)

    async def pages(self, caller: Caller) -> AsyncIterator[None]:
        """Read the list, terminated databases too, and yield after each page."""
        async for page in AsyncPager(self._fetcher(caller), key=_id_of).pages():
            self._bodies.update((database_id, body.reveal()) for database_id, body in page)
            yield

    def get(self, database_id: str) -> Database | None:
        """Return a database; None if the list does not have it.

        Raises:
            ResponseDecodeError: It is not a database; or the list lacks it, and has a database
                without an id, which may be it.
        """
        if (body := self._bodies.get(database_id)) is None:
            if self._nameless is not None:
                raise unreadable("listDatabases", 200, self._nameless.pointer, f"in one of the databases {self._nameless}")
            return None
        try:
            database: Database = structure(codec.loads(body), Database)
        except ShapeError as error:
            raise unreadable("listDatabases", 200, error.pointer, str(error)) from None
        return database

    def _fetcher(self, caller: Caller) -> FetchPage[_Item]:
        async def fetch(last: _Item | None, count: int) -> list[_Item]:
            query = (("include", "all"), ("starting_after", last and last[0]), ("limit", LARGEST_PAGE))
            call: Call[list[Any]] = Call(index.LIST_DATABASES, index.LIST_DATABASES.path, list[Any], query=query)
            listed = (await caller.send(call)).value
            return [(name, SecretBytes(codec.dumps(item))) for item in listed if (name := self._name(item)) is not None]

        return fetch

    def _name(self, item: Any) -> str | None:
        """Return the id of a database, however it is written; None if it has none."""
        if type(item) is dict and type(item.get("id")) is str:
            return str(item["id"])
        try:
            return None if item is None else structure(item, Database).id
        except ShapeError as error:
            self._nameless = error
            return None


def unreadable(operation: str, status: int, pointer: str, problem: str, request_id: str | None = None) -> errors.ResponseDecodeError:
    """Return the error for an answer from which a database cannot be read."""
    message = f"{operation} answered {status}, but {problem}"
    return errors.ResponseDecodeError(
        message, operation=operation, status=status, pointer=pointer, body=SecretBytes(b""), request_id=request_id
    )


def _id_of(item: _Item) -> str:
    return item[0]
