"""Routes of PCU groups that only the Java client, and so astra-cli, uses."""

from typing import Final

TYPES_BY_QUERY: Final = "pcuGetTypes"
"""The operation whose body the Java client sends as a query."""
_TYPES: Final = "/v2/pcus/types"
_TRANSFER: Final = "/v2/pcus/association/transfer"


def contract_route(method: str, path: str) -> tuple[str, str]:
    """Translate a method and path of the Java client to those in the contract.

    Any other method and path is returned unchanged.
    """
    if (method, path) == ("GET", _TYPES):
        return "POST", _TYPES
    return (method, _TRANSFER) if method == "POST" and path.startswith(f"{_TRANSFER}/") else (method, path)
