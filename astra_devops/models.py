"""The values that the service answers with, and the enums of its vocabulary.

Every enum is open: a field typed ``DatabaseStatus | str`` holds a member where the value is known, and the plain string where it is not.
Fields that the contract does not know are kept in ``extra``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from astra_devops._rest.models.common import Costs, Datacenter, RegionClassification, RegionZone, StreamingTenant
    from astra_devops._rest.models.databases import (
        CloudProvider,
        Database,
        DatabaseAction,
        DatabaseInfo,
        DatabaseMetrics,
        DatabaseStatus,
        DatabaseType,
        ListDatabasesInclude,
        Storage,
        Tier,
    )
    from astra_devops._rest.models.regions import ClassicRegion, PcuGroupType, RegionType, ServerlessRegion
    from astra_devops._rest.models.secure_bundles import CustomDomainBundle, SecureBundle

__all__ = [
    "ClassicRegion",
    "CloudProvider",
    "Costs",
    "CustomDomainBundle",
    "Database",
    "DatabaseAction",
    "DatabaseInfo",
    "DatabaseMetrics",
    "DatabaseStatus",
    "DatabaseType",
    "Datacenter",
    "ListDatabasesInclude",
    "PcuGroupType",
    "RegionClassification",
    "RegionType",
    "RegionZone",
    "SecureBundle",
    "ServerlessRegion",
    "Storage",
    "StreamingTenant",
    "Tier",
]

# Modules of _rest.models, the likeliest first; each is imported only when a name was not found before it.
_HOMES: Final = ("databases", "common", "regions", "secure_bundles")


def __getattr__(name: str) -> object:
    if name in __all__:
        for home in _HOMES:
            value: object = getattr(import_module(f"astra_devops._rest.models.{home}"), name, None)
            if value is not None:
                globals()[name] = value
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
