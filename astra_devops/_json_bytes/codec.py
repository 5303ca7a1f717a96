"""Reading and writing JSON: by orjson if it is installed, else by the standard library.

Both accept, refuse and return the same, and write the same bytes. The functions are those of
orjson themselves, since each call of the client and of the emulator passes through them.
"""

from collections.abc import Callable
from functools import partial
from json import JSONDecodeError
from typing import Any

__all__ = ["JSONDecodeError", "dumps", "dumps_indented", "loads"]

loads: Callable[[bytes | bytearray | memoryview | str], Any]
dumps: Callable[[object], bytes]
dumps_indented: Callable[[object], bytes]

try:
    import orjson
except ImportError:
    from astra_devops._json_bytes import reading, writing

    loads, dumps, dumps_indented = reading.loads, writing.dumps, writing.dumps_indented
else:
    # Its JSONDecodeError is a subclass of that of the standard library.
    loads, dumps, dumps_indented = orjson.loads, orjson.dumps, partial(orjson.dumps, option=orjson.OPT_INDENT_2)
