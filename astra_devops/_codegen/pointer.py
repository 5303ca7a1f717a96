"""JSON pointers (RFC 6901), by which messages name a place in a document."""


def join(pointer: str, *parts: object) -> str:
    """Return a pointer extended by keys or indexes, which are escaped."""
    return pointer + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(pointer: str) -> list[str]:
    """Return the keys and indexes of a pointer, without escapes."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
