"""The routes of PCU groups that the Java client takes, and no other client."""

TYPES, TRANSFER = "/v2/pcus/types", "/v2/pcus/association/transfer"
TYPES_BY_QUERY = "pcuGetTypes"
"""The operation whose body the Java client spells as a query."""


def usual(method: str, path: str) -> tuple[str, str]:
    """Give the method and path that the contract has for a request, which stays as it is if the Java client does what all do."""
    if (method, path) == ("GET", TYPES):
        return "POST", TYPES
    return (method, TRANSFER) if method == "POST" and path.startswith(f"{TRANSFER}/") else (method, path)
