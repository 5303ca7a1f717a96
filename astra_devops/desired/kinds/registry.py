"""All kinds of resources."""

from collections.abc import Mapping
from typing import Any, Final

from astra_devops.desired.kinds.databases import DATABASES
from astra_devops.desired.kinds.kind import Kind

KINDS: Final[tuple[Kind[Any, Any], ...]] = (DATABASES,)
"""Every kind, after those that it needs. Plans read and change them in this order."""

BY_NAME: Final[Mapping[str, Kind[Any, Any]]] = {kind.name: kind for kind in KINDS}
