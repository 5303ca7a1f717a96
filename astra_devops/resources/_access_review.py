"""Which addresses may reach each database of an organization."""

from typing import Final

import attrs

from astra_devops._json.base_model import BaseModel
from astra_devops._rest.models.access_lists import AccessList
from astra_devops._rest.models.databases import Database

_EVERYWHERE: Final = "0.0.0.0/0"


@attrs.define(kw_only=True, eq=False, repr=False)
class AccessReview(BaseModel):
    """Which addresses may reach one database.

    Attributes:
        database_id: Id of the database.
        name: Its name.
        status: Its state, such as ``"ACTIVE"``.
        region: Its primary region.
        has_list: Whether it has an access list.
        enforced: Whether the list is enabled.
        open_to_all: Whether every address may connect: there is no list, it is not enforced, or an
            entry of it allows everything.
        addresses: The enabled entries of the list.
    """

    database_id: str
    name: str | None
    status: str
    region: str | None
    has_list: bool
    enforced: bool
    open_to_all: bool
    addresses: list[str]


def review(database: Database, access_list: AccessList | None) -> AccessReview:
    """Return which addresses may reach a database that has this list, or none."""
    entries = (access_list and access_list.addresses) or []
    addresses = [entry.address for entry in entries if entry.enabled and entry.address]
    enforced = access_list is not None and access_list.enabled is True
    return AccessReview(
        database_id=database.id,
        name=database.name,
        status=str(database.status),
        region=database.region,
        has_list=access_list is not None,
        enforced=enforced,
        open_to_all=not enforced or _EVERYWHERE in addresses,
        addresses=addresses,
    )
