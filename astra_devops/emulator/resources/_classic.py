"""Operations that are for classic databases only."""

from astra_devops.emulator import replies
from astra_devops.emulator.state.databases import Database


def require_classic(database: Database) -> None:
    """Refuse a serverless database with 400.

    Raises:
        Refusal: The database is serverless.
    """
    if database.serverless:
        raise replies.refusal(400, f"Database {database.id} is serverless; this operation is for classic databases.")
