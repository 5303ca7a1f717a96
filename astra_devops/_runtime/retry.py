"""Whether to try again, and when: decisions as pure functions of values.

The only module that imports backoff.
"""

import itertools
import math
import random
from collections.abc import Callable
from typing import Final, Literal

import attrs
import backoff

from astra_devops._runtime.call import RetryClass

Step = Literal["stop", "again", "reconcile"]
Uniform = Callable[[float, float], float]

_ABSURD_RETRY_AFTER: Final = 86_400.0
_FAILED_BEFORE_OR_AFTER: Final = frozenset({408, 500, 502, 503, 504})


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often, and how long apart, a call is repeated. Seconds throughout.

    The nth wait is drawn from 0 to ``base_delay * 2 ** (n - 1)``, at most ``max_delay`` ("full
    jitter"). A ``Retry-After`` of the service is obeyed instead, up to ``max_retry_after``.

    ``jitter`` draws a number between two others, for these waits and for the pauses between looks
    at an operation. By default each client draws its own; ``jitter=random.Random(7).uniform`` makes
    a test go the same way every time.
    """

    max_attempts: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    base_delay: float = attrs.field(default=0.5, validator=attrs.validators.ge(0))
    max_delay: float = attrs.field(default=20.0, validator=attrs.validators.ge(0))
    max_retry_after: float = attrs.field(default=60.0, validator=attrs.validators.ge(0))
    jitter: Uniform = attrs.field(default=random.SystemRandom().uniform, repr=False)


@attrs.frozen
class NotSent:
    """The request did not leave this machine."""

    reason: str


@attrs.frozen
class Lost:
    """The request was sent, wholly or in part, and no usable answer came."""

    reason: str


@attrs.frozen
class Refused:
    """The service answered with an error status; ``retry_after`` is what it asked to wait, in seconds."""

    status: int
    retry_after: float | None = None


Outcome = NotSent | Lost | Refused


def next_step(retry: RetryClass, outcome: Outcome, *, reconcilable: bool) -> Step:
    """Say what the outcome of one attempt permits, limits of number and time apart.

    ``reconcile`` means: find out first whether the request took effect. A 429 was refused before it
    did anything, whatever it was.
    """
    match outcome:
        case NotSent() | Refused(status=429):
            return "again"
        case Refused(status=status) if status not in _FAILED_BEFORE_OR_AFTER:
            return "stop"
    if retry == "safe":
        return "again"
    return "reconcile" if retry == "reread" and reconcilable else "stop"


def is_ambiguous(retry: RetryClass, outcome: Outcome) -> bool:
    """Say whether a call that ends with this outcome may have changed something."""
    match outcome:
        case Lost():
            return True
        case Refused(status=status):
            return retry != "safe" and status in _FAILED_BEFORE_OR_AFTER
    return False


def next_attempt(policy: RetryPolicy, attempt: int, outcome: Outcome, remaining: float) -> float | None:
    """Seconds to wait after the ``attempt``-th attempt (from 1) before the next, or None to stop.

    ``remaining`` is what is left of the whole call's time; a wait that would use it up is not
    begun.
    """
    if attempt >= policy.max_attempts:
        return None
    delay = _asked_for(policy, outcome)
    if delay is None:
        delay = policy.jitter(0.0, ceiling(policy, attempt))
    return delay if delay < remaining else None


def ceiling(policy: RetryPolicy, attempt: int) -> float:
    """Return the longest wait after the ``attempt``-th attempt: the nth value of a fresh exponential generator."""
    waits = backoff.expo(base=2, factor=policy.base_delay, max_value=policy.max_delay)
    # The generator's first value is None: it exists for its send() protocol, not as a wait.
    return float(next(itertools.islice(waits, attempt, None)))


def _asked_for(policy: RetryPolicy, outcome: Outcome) -> float | None:
    if not isinstance(outcome, Refused) or outcome.retry_after is None:
        return None
    seconds = outcome.retry_after
    if not math.isfinite(seconds) or not 0 <= seconds <= _ABSURD_RETRY_AFTER:
        return None
    return min(seconds, policy.max_retry_after)


class RetryBudget:
    """What all calls of one client may spend on repeating, so that a service in trouble is not hit harder by those who retry.

    Each retry costs 1; each success earns a tenth back, up to the capacity.
    """

    def __init__(self, capacity: float = 100.0) -> None:
        self._capacity = capacity
        self._left = capacity

    def take(self) -> bool:
        """Pay for one retry, or return False."""
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def earn(self) -> None:
        """Note a success."""
        if self._left < self._capacity:
            self._left = min(self._capacity, self._left + 0.1)
