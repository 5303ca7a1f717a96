"""What users set and see of the limits of a client."""

from typing import Any

import attrs

from astra_devops._runtime import checks


def _check_rate(instance: object, attribute: "attrs.Attribute[Any]", value: float) -> None:
    checks.positive(value, attribute.name)


def _check_burst(instance: object, attribute: "attrs.Attribute[Any]", value: int) -> None:
    checks.integer(value, attribute.name, 1, 1_000_000)


@attrs.frozen(kw_only=True)
class RateLimit:
    """A ceiling for the requests of a client, besides what the service permits.

    It holds for one client and its views, in one process. Divide it among them if several share a
    token.

    Attributes:
        requests_per_second: Requests that may be sent in each second. It may be less than 1.
        burst: Requests that may be sent at once after a pause; by default they come evenly.

    Raises:
        TypeError: A number has a wrong type. The message names it.
        ValueError: A number is not above zero. The message names it.
    """

    requests_per_second: float = attrs.field(validator=_check_rate)
    burst: int = attrs.field(default=1, validator=_check_burst)


@attrs.frozen(kw_only=True)
class Limits:
    """The limits of a client at one moment.

    Attributes:
        requests_per_second: Requests that are sent in a second at most. None if only their number
            at once is limited, since the service has refused none.
        concurrent_requests: Requests that may be on their way at once.
        in_flight: Requests that are on their way.
        queued: Calls that wait for their turn.
        paused_for: Seconds for which nothing is sent, since the service sent ``Retry-After``; else
            zero.
    """

    requests_per_second: float | None
    concurrent_requests: int
    in_flight: int
    queued: int
    paused_for: float
