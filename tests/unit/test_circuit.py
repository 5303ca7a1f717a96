"""The circuit of a client, as values: no clock and no network."""

from astra_devops._runtime.circuit import Circuit


def opened() -> Circuit:
    circuit = Circuit()
    assert [circuit.failed(0.0) for _ in range(10)] == [None] * 9 + ["opened"]
    return circuit


def test_a_circuit_opens_after_ten_failures_in_a_row() -> None:
    circuit = Circuit()
    for _ in range(9):
        circuit.failed(0.0)
    circuit.succeeded()
    for _ in range(9):
        circuit.failed(0.0)
    assert circuit.seconds_to_probe(0.0) is None
    assert circuit.failed(0.0) == "opened"
    assert circuit.seconds_to_probe(0.25) == 0.75


def test_one_request_probes_after_a_pause_and_closes_it_if_it_succeeds() -> None:
    circuit = opened()
    assert circuit.seconds_to_probe(1.0) is None
    assert circuit.seconds_to_probe(1.0) == 0.0
    assert circuit.succeeded() == "closed"
    assert circuit.seconds_to_probe(1.0) is None
    assert not circuit.is_open


def test_each_failed_probe_doubles_the_pause_up_to_half_a_minute() -> None:
    circuit, now, pauses = opened(), 1.0, []
    for _ in range(7):
        assert circuit.seconds_to_probe(now) is None
        assert circuit.failed(now) is None
        pause = circuit.seconds_to_probe(now)
        assert pause is not None
        pauses.append(pause)
        now += pause
    assert pauses == [2, 4, 8, 16, 30, 30, 30]


def test_requests_that_were_sent_before_it_opened_do_not_lengthen_the_pause() -> None:
    circuit = opened()
    circuit.failed(0.5)
    assert circuit.seconds_to_probe(0.5) == 0.5


def test_an_abandoned_probe_leaves_room_for_another() -> None:
    circuit = opened()
    assert circuit.seconds_to_probe(1.0) is None
    circuit.abandoned()
    assert circuit.seconds_to_probe(1.0) is None


def test_a_probe_that_is_never_heard_of_again_does_not_keep_it_open() -> None:
    circuit = opened()
    assert circuit.seconds_to_probe(1.0) is None
    assert circuit.seconds_to_probe(60.0) is not None
    assert circuit.seconds_to_probe(121.0) is None
