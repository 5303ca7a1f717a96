"""Decisions about repeating a call: whether, and after how long. Pure functions of values."""

import itertools
import math
import random
from collections.abc import Callable
from typing import Any, Final, Literal

import attrs

from astra_devops._first_use import importing
from astra_devops._runtime import checks
from astra_devops._runtime.call import RetryClass
from astra_devops._runtime.outcome import Damaged, Failure, Lost, NotSent, RawAnswer, Received, Refused

Step = Literal["repeat", "check", "unknown", "fail"]
_RANDOM: Final = random.SystemRandom()
Uniform = Callable[[float, float], float]

_LONGEST_RETRY_AFTER: Final = 86_400.0
# The other 5xx, and 408, may come after the request was carried out: the service, or a proxy in
# front of it, has failed then. These are refusals: not implemented, HTTP version, loop, network
# login.
_NO_EFFECT: Final = frozenset({501, 505, 508, 511})
# Of the last, Cloudflare's, each says that the service was not reached or did not answer.
_OUTAGE: Final = frozenset({502, 503, 504, *range(520, 528), 530})


def _check_attempts(instance: object, attribute: "attrs.Attribute[Any]", value: int) -> None:
    checks.integer(value, attribute.name, 1, 1_000_000)


def _check_seconds(instance: object, attribute: "attrs.Attribute[Any]", value: float) -> None:
    checks.not_negative(value, attribute.name)


def _check_function(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    checks.callback(value, attribute.name)


def _uniform(low: float, high: float) -> float:
    """Return a random number; a function of this module, so that a policy can be pickled."""
    return _RANDOM.uniform(low, high)


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often a call is repeated, and how long to wait in between. All times are in seconds.

    The nth wait is random, from 0 to ``base_delay * 2 ** (n - 1)`` and never more than
    ``max_delay`` ("full jitter"). If the service sends ``Retry-After``, the wait is that long
    instead, up to ``max_retry_after``.

    A 429 is not an attempt in this sense, since the service has not looked at the request: the call
    waits for its turn again within its ``timeout``, however often that happens.

    ``jitter`` returns a random number between two others. It is used for these waits and for the
    pauses between polls of an operation. By default the numbers differ from client to client;
    ``jitter=random.Random(7).uniform`` makes a test reproducible.
    """

    max_attempts: int = attrs.field(default=4, validator=_check_attempts)
    base_delay: float = attrs.field(default=0.5, validator=_check_seconds)
    max_delay: float = attrs.field(default=20.0, validator=_check_seconds)
    max_retry_after: float = attrs.field(default=60.0, validator=_check_seconds)
    jitter: Uniform = attrs.field(default=_uniform, repr=False, validator=_check_function)


def next_step(retry: RetryClass, failure: Failure, *, can_check: bool, may_have_effect: bool) -> Step:
    """Return what to do after a failed attempt, where the limits of number and time permit.

    ::

        failure                               read    repeatable  check_first  once
        ------------------------------------  ------  ----------  -----------  -------
        not sent, or status 429               repeat  repeat      repeat       repeat
        not sent, and final                   fail    fail        fail         fail
        lost, or status 408, or 5xx but 501*   repeat  repeat      check        unknown
        damaged body of a success             repeat  repeat      fail         fail
        any other status                      fail    fail        fail         fail
        the same, after a lost attempt        fail    unknown     check        unknown

    ``*`` and 505, 508, 511, which are refusals.

    - ``repeat``: Send the request again. One that was not sent, or was refused with 429, has had no
      effect, so this is safe for every operation.
    - ``check``: Find out whether the request took effect, and repeat it only if it did not. Without
      a check (``can_check`` is False) the step is ``unknown``.
    - ``unknown``: Stop. The request may have taken effect.
    - ``fail``: Stop. The failure is final.

    ``may_have_effect`` says that an earlier attempt of the call was lost. Then a refusal may come
    from its effect: "exists already", "not found", "busy".
    """
    match failure:
        case NotSent(final=final):
            return "fail" if final else "repeat"
        case Refused(status=429):
            return "repeat"
        case Damaged():
            return "repeat" if retry in ("read", "repeatable") else "fail"
    if is_ambiguous(failure):
        if retry in ("read", "repeatable"):
            return "repeat"
    elif not may_have_effect or retry == "read":
        return "fail"
    return "check" if retry == "check_first" and can_check else "unknown"


def is_ambiguous(failure: Failure) -> bool:
    """Return whether a request that failed so may have been carried out."""
    if isinstance(failure, Refused):
        return failure.status == 408 or (failure.status >= 500 and failure.status not in _NO_EFFECT)
    return isinstance(failure, Lost)


def is_outage(received: Received) -> bool:
    """Return whether the whole service seems to be down, and not this request to be wrong."""
    if isinstance(received, RawAnswer):
        return received.status in _OUTAGE
    return not isinstance(received, NotSent) or not (received.final or received.is_local)


def next_attempt(policy: RetryPolicy, attempt: int, failure: Failure, remaining: float) -> float | None:
    """Return the seconds to wait before the next attempt, or None to stop.

    ``attempt`` is the number of attempts so far, and ``remaining`` the time left for the call. A
    wait that would use up that time is not begun.
    """
    if attempt >= policy.max_attempts:
        return None
    delay = requested_pause(policy, failure)
    if delay is None:
        delay = policy.jitter(0.0, ceiling(policy, attempt))
    return delay if delay < remaining else None


def next_turn(policy: RetryPolicy, refusals: int, failure: Failure, remaining: float) -> float | None:
    """Return the seconds until a call that was refused with 429 asks for its turn again.

    None if its time is up by then. There is no limit to their number, ``refusals`` so far: the
    service has done nothing for these requests.
    """
    delay = requested_pause(policy, failure)
    if delay is None:
        delay = policy.jitter(0.0, ceiling(policy, refusals))
    return delay if delay < remaining else None


def ceiling(policy: RetryPolicy, attempt: int) -> float:
    """Return the longest wait after a number of attempts.

    backoff computes the exponential growth and its limit. Nothing else of it is used: its
    decorators decide by the type of an exception, and know neither the operation nor whether the
    request took effect.
    """
    with importing:
        import backoff
    waits = backoff.expo(base=2, factor=policy.base_delay, max_value=policy.max_delay)
    # The first value of the generator is None: it is there for send(), and is not a wait.
    return float(next(itertools.islice(waits, attempt, None)))


def requested_pause(policy: RetryPolicy, failure: Failure) -> float | None:
    """Return the seconds that the service asked to wait, within reason; None if it did not ask."""
    if not isinstance(failure, Refused) or failure.retry_after is None:
        return None
    seconds = failure.retry_after
    if not math.isfinite(seconds) or not 0 <= seconds <= _LONGEST_RETRY_AFTER:
        return None
    return min(seconds, policy.max_retry_after)


class RetryBudget:
    """A limit on the retries of all calls of one client, so that they do not overload the service.

    A few are free. Each retry costs 1, and each success earns back a tenth, up to the capacity: so
    at most a tenth of the requests are retries.
    """

    def __init__(self, capacity: float = 10.0) -> None:
        self._capacity = capacity
        self._left = capacity

    def take(self) -> bool:
        """Pay for one retry, or return False if too little is left."""
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def earn(self) -> None:
        """Add what one success earns."""
        if self._left < self._capacity:
            self._left = min(self._capacity, self._left + 0.1)
