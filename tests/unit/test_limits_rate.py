"""The rate that a client finds by probing, against services that exist only as arithmetic."""

import heapq
import random
from collections.abc import Callable

import attrs
import pytest

from astra_devops._runtime.limits.rate import AdaptiveRate
from astra_devops._runtime.limits.throughput import Throughput


@attrs.define
class Bucket:
    """A service that lets a rate through with a burst."""

    rate: float
    tokens: float
    burst: float = 20.0
    since: float = 0.0

    def lets_through(self, now: float) -> bool:
        self.tokens, self.since = min(self.burst, self.tokens + (now - self.since) * self.rate), now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@attrs.define
class Sender:
    """Sends a number of requests at once, each of which takes some time to be answered.

    A refusal asks for a pause of some seconds.
    """

    lets_through: Callable[[float], bool]
    latency: float
    at_once: int
    rate: AdaptiveRate = attrs.field(factory=lambda: AdaptiveRate(Throughput()))
    now: float = 0.0
    answers: list[tuple[float, int, float, bool]] = attrs.field(factory=list)
    results: list[tuple[float, bool]] = attrs.field(factory=list)
    count: int = 0
    pause: float = 0.0
    opens_at: float = 0.0

    def run(self, until: float = 1e9, *, successes: float = 1e9) -> None:
        done = 0
        while self.now < until and done < successes:
            if len(self.answers) < self.at_once:
                if not (delay := max(self.rate.delay(self.now), self.opens_at - self.now)):
                    self.send()
                    continue
                if not self.answers or self.now + delay < self.answers[0][0]:
                    self.now += delay
                    self.send()
                    continue
            self.now, _, sent_at, is_success = heapq.heappop(self.answers)
            self.results.append((self.now, is_success))
            done += is_success
            if is_success:
                self.rate.succeeded(self.now, sent_at, is_awaited=self.rate.limit is not None)
            else:
                self.rate.refused(self.now, sent_at)
                if self.now + self.pause > self.opens_at and not self.rate.is_open:
                    self.opens_at = self.now + self.pause
                    self.rate.closed(self.pause, self.now)

    def send(self) -> None:
        self.rate.take(self.now)
        self.count += 1
        arrival = self.now + self.latency / 2
        heapq.heappush(self.answers, (self.now + self.latency, self.count, self.now, self.lets_through(arrival)))
        self.now += 0.0004

    def share_refused(self, start: float, end: float) -> float:
        results = [is_success for moment, is_success in self.results if start <= moment < end]
        return 1 - sum(results) / len(results)

    def successes(self, start: float, end: float) -> int:
        return sum(is_success for moment, is_success in self.results if start <= moment < end)


@pytest.mark.parametrize("latency", [0.002, 0.02, 0.1])
def test_a_steady_limit_is_found_and_held(latency: float) -> None:
    sender = Sender(Bucket(100, 20).lets_through, latency, 20)
    sender.run(until=20)
    assert sender.share_refused(5, 20) < 0.02
    assert sender.successes(5, 20) > 0.95 * 1500


@pytest.mark.parametrize("latency", [0.002, 0.05, 0.1])
def test_a_limit_that_falls_to_a_fifth_is_followed_down_and_up(latency: float) -> None:
    bucket = Bucket(100, 20)
    sender = Sender(bucket.lets_through, latency, 20)
    sender.run(until=10)
    bucket.rate = 20
    sender.run(until=20)
    bucket.rate = 100
    sender.run(until=26)
    assert sender.share_refused(10, 20) < 0.15
    assert sender.successes(10, 20) > 0.95 * 200
    assert sender.successes(24.5, 25.5) > 66


@pytest.mark.parametrize("latency", [0.002, 0.02, 0.1])
def test_pauses_that_refusals_ask_for_cost_little(latency: float) -> None:
    bucket = Bucket(100, 20)
    sender = Sender(bucket.lets_through, latency, 20, pause=1.0)
    sender.run(until=30)
    assert sender.share_refused(5, 30) < 0.02
    assert sender.successes(5, 30) > 0.85 * 2500
    bucket.rate = 20
    sender.run(until=45)
    bucket.rate = 100
    sender.run(until=55)
    assert sender.share_refused(30, 45) < 0.15
    assert max(sender.successes(start, start + 1) for start in range(46, 51)) > 66


def test_what_refuses_a_few_of_many_requests_is_open_to_the_others() -> None:
    rate = AdaptiveRate(Throughput())
    rate.refused(1.0, 0.9)
    assert not rate.is_open, "nothing is known yet"
    for number in range(4):
        rate.succeeded(2.0 + number, 1.9 + number, is_awaited=False)
    rate.refused(7.0, 6.9)
    assert rate.is_open
    rate.refused(7.1, 6.8)
    assert rate.is_open, "it was sent before the rate was lowered"
    rate.refused(7.2, 7.05)
    assert not rate.is_open


def test_refusals_by_chance_do_not_stop_the_client() -> None:
    chance = random.Random(5)
    sender = Sender(lambda now: chance.random() >= 0.3, 0.01, 20)
    sender.run(successes=4000)
    assert sender.now < 60


def test_after_chance_comes_a_limit() -> None:
    chance, bucket = random.Random(5), Bucket(100, 20)
    is_by_chance = True
    sender = Sender(lambda now: chance.random() >= 0.3 if is_by_chance else bucket.lets_through(now), 0.01, 20)
    sender.run(successes=4000)
    is_by_chance, bucket.since, began = False, sender.now, sender.now
    sender.run(until=began + 20)
    assert sender.share_refused(began + 5, began + 20) < 0.03


def test_a_limit_that_no_request_waits_for_does_not_grow() -> None:
    rate = AdaptiveRate(Throughput())
    rate.refused(1.0, 0.9)
    for number in range(100):
        rate.succeeded(2.0 + number, 1.9 + number, is_awaited=False)
    assert rate.limit == 1


def test_the_throughput_is_that_of_the_last_second() -> None:
    throughput = Throughput()
    for number in range(100):
        throughput.count(10 + number / 100)
    assert throughput.last_second(10.999) == 100
    assert throughput.last_second(11.5) == pytest.approx(50)
    assert throughput.last_second(13.0) == 0
