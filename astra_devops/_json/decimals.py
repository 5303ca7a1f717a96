"""Reading and writing amounts of money. Pure functions.

The parsers of JSON return numbers as floats. A float is read as the shortest decimal that stands
for it, which has the digits of the document if these were at most 15, or at most 17 that a program
has written for a float, as the service does. An amount in a string keeps all digits.
"""

import functools
import math
import re
from decimal import Decimal
from typing import Final

from astra_devops._json.model_types import ShapeError, wrong_type

NUMBER: Final = r"(?a)\s*-?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?\s*"


# The databases of a list have the same prices. Without typed, true would be 1.
@functools.lru_cache(maxsize=1024, typed=True)
def read(value: object, _: object = None) -> Decimal:
    """Read a number, or a number in a string."""
    if type(value) is float:
        return Decimal(repr(value))
    if type(value) is int:
        return Decimal(value)
    if type(value) is not str:
        raise wrong_type(value, "a number")
    if not re.fullmatch(NUMBER, value) or math.isinf(float(value)):
        raise ShapeError("", "a number", "a string that is none")
    return Decimal(value)


def write(value: Decimal) -> int | float:
    """Return an amount as a number that JSON has. More digits than a float has are rounded."""
    exponent = value.as_tuple().exponent
    return int(value) if exponent == 0 and -(2**63) <= value < 2**64 else float(value)
