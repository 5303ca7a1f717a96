"""Metrics: each kind of sink is set, replaced and read back, with or without its secrets."""

import itertools
import pickle
from collections.abc import Iterator
from typing import Any, get_args

import attrs
import pytest

from astra_devops import AsyncAstraDevOps, Secret, errors, sinks
from astra_devops._rest.models.common_telemetry_config import TelemetryConfig
from astra_devops.emulator import Emulator, Quirks, VirtualClock
from astra_devops.sinks import (
    BasicAuth,
    BearerAuth,
    CloudWatchSink,
    DatadogSink,
    KafkaSink,
    OAuth2,
    PrometheusSink,
    PulsarSink,
    SaslMechanism,
    SplunkSink,
    TelemetrySink,
    TokenAuth,
)

pytestmark = pytest.mark.anyio

KAFKA = KafkaSink(
    bootstrap_servers=["one.example.com:9092", "two.example.com:9092"],
    topic="metrics",
    sasl_mechanism=SaslMechanism.SCRAM_SHA_512,
    sasl_username="astra",
    sasl_password="hunter2",
    security_protocol="SASL_SSL",
)
OAUTH2 = OAuth2(credentials_url="https://keys.example.com/hunter2", issuer_url="https://issuer.example.com", audience="a", scope="s")
SINKS = {
    "kafka": KAFKA,
    "basic": PrometheusSink(endpoint="https://prometheus.example.com/push", auth=BasicAuth("astra", "hunter2")),
    "bearer": PrometheusSink(endpoint="https://prometheus.example.com/push", auth=BearerAuth("hunter2")),
    "cloudwatch": CloudWatchSink(access_key="hunter2", secret_key="hunter2", region="us-east-1"),
    "splunk": SplunkSink(endpoint="https://splunk.example.com", index="metrics", token="hunter2", source="astra", sourcetype="m"),
    "token": PulsarSink(endpoint="pulsar+ssl://pulsar.example.com", topic="persistent://a/b/c", auth=TokenAuth("hunter2"), auth_name="n"),
    "oauth2": PulsarSink(endpoint="pulsar+ssl://pulsar.example.com", topic="persistent://a/b/c", auth=OAUTH2, auth_name="n"),
    "datadog": DatadogSink(api_key="hunter2", site="datadoghq.eu"),
}
# Fields that do not take any string.
OTHER_VALUES = {"bootstrap_servers": ["other.example.com:9092"], "sasl_mechanism": "PLAIN", "security_protocol": "SASL_PLAINTEXT"}


def changed(value: Any) -> Iterator[Any]:
    """Make copies of a sink that differ from it in one field each, but not in a secret."""
    for field in attrs.fields(type(value)):
        inner = getattr(value, field.name)
        if attrs.has(type(inner)):
            others = list(changed(inner))
        elif isinstance(inner, Secret):
            others = []
        else:
            others = [OTHER_VALUES.get(field.name, f"{inner}-other")]
        yield from (attrs.evolve(value, **{field.name: other}) for other in others)


@pytest.fixture
def database_id(emulator: Emulator) -> str:
    return emulator.add_database("orders")


@pytest.mark.parametrize("kind", SINKS)
async def test_a_sink_is_set_and_read_back(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, kind: str) -> None:
    assert await astra.telemetry.get(database_id) is None
    operation = await astra.telemetry.set(database_id, SINKS[kind])
    assert not (await operation.refresh()).done
    assert await operation.wait() is None
    assert await astra.telemetry.get(database_id) == SINKS[kind]
    assert "hunter2" not in repr(SINKS[kind])
    assert b"hunter2" not in pickle.dumps(SINKS[kind])
    assert "hunter2" not in repr(operation.snapshot)


@pytest.mark.parametrize("shown_as", ["masked", "absent"])
@pytest.mark.parametrize("kind", SINKS)
async def test_a_sink_without_its_secrets_can_be_read_but_not_set_again(kind: str, shown_as: Any) -> None:
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(sink_secrets=shown_as)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders")
        await (await astra.telemetry.set(database_id, SINKS[kind])).wait()
        sink = await astra.telemetry.get(database_id)
        assert type(sink) is type(SINKS[kind])
        assert getattr(sink, "topic", None) == getattr(SINKS[kind], "topic", None)
        assert type(getattr(sink, "auth", None)) is type(getattr(SINKS[kind], "auth", None))
        with pytest.raises(ValueError, match=r"sink\.[a-z_.]+ must not be empty or redacted"):
            await astra.telemetry.set(database_id, sink)
        assert emulator.journal.count("configureTelemetry") == 1


async def test_every_kind_of_the_contract_has_a_sink(astra: AsyncAstraDevOps, database_id: str) -> None:
    kinds = {(await astra.telemetry.set(database_id, sink)).ids["sink"] for sink in SINKS.values()}
    assert kinds == {field.name for field in attrs.fields(TelemetryConfig)} - {"extra"}


def test_every_sink_is_public() -> None:
    classes = {type(sink) for sink in SINKS.values()}
    assert classes == set(get_args(TelemetrySink))
    assert {cls.__name__ for cls in classes} == {name for name in sinks.__all__ if name.endswith("Sink")} - {"TelemetrySink"}


@pytest.mark.parametrize("kind", SINKS)
async def test_the_wait_for_a_new_sink_outlasts_the_old_one(astra: AsyncAstraDevOps, database_id: str, kind: str) -> None:
    for old in (sink for name, sink in SINKS.items() if name != kind):
        await (await astra.telemetry.set(database_id, old)).wait()
        operation = await astra.telemetry.set(database_id, SINKS[kind])
        assert not (await operation.refresh()).done
        await operation.wait()
        assert await astra.telemetry.get(database_id) == SINKS[kind]


@pytest.mark.parametrize("kind", SINKS)
async def test_the_wait_for_another_sink_of_the_same_kind_outlasts_the_old_one(
    astra: AsyncAstraDevOps, database_id: str, kind: str
) -> None:
    for old, new in itertools.pairwise([SINKS[kind], *changed(SINKS[kind]), SINKS[kind]]):
        await (await astra.telemetry.set(database_id, old)).wait()
        operation = await astra.telemetry.set(database_id, new)
        assert not (await operation.refresh()).done, new
        await operation.wait()
        assert await astra.telemetry.get(database_id) == new


async def test_a_password_in_an_address_is_kept_out_of_the_token(astra: AsyncAstraDevOps, database_id: str) -> None:
    sink = PrometheusSink(endpoint="https://ann:hunter2@prometheus.example.com/push?key=hunter2", auth=BearerAuth("t"))
    operation = await astra.telemetry.set(database_id, sink)
    assert operation.ids["endpoint"] == "https://prometheus.example.com/push"
    await operation.wait()


async def test_a_wait_is_resumed(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    token = (await astra.telemetry.set(database_id, KAFKA)).resume_token
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as elsewhere:
        await (await elsewhere.resume(token)).wait()
    assert await astra.telemetry.get(database_id) == KAFKA


async def test_a_sink_that_never_shows(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    emulator.faults.fail_state("configureTelemetry")
    operation = await astra.telemetry.set(database_id, KAFKA)
    with pytest.raises(errors.OperationTimeoutError):
        await operation.wait()


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_a_lost_answer_is_repeated_since_that_does_no_harm(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, fault: str
) -> None:
    getattr(emulator.faults, fault)("configureTelemetry")
    await (await astra.telemetry.set(database_id, KAFKA)).wait()
    assert emulator.journal.count("configureTelemetry") == 2


@pytest.mark.parametrize(
    ("config", "auth"),
    [
        ({"prometheus_remote": {"endpoint": "https://p", "user": "ann"}}, BasicAuth),
        ({"prometheus_remote": {"endpoint": "https://p"}}, BearerAuth),
        ({"prometheus_remote": {"endpoint": "https://p", "auth_strategy": "bearer", "user": ""}}, BearerAuth),
        ({"pulsar": {"endpoint": "pulsar://p", "oauth2_issuer_url": "https://issuer.example.com"}}, OAuth2),
        ({"pulsar": {"endpoint": "pulsar://p"}}, TokenAuth),
    ],
)
async def test_the_way_to_authenticate_shows_in_the_fields(
    emulator: Emulator, astra: AsyncAstraDevOps, database_id: str, config: Any, auth: Any
) -> None:
    await (await astra.telemetry.set(database_id, KAFKA)).wait()
    emulator.faults.body("getTelemetryConfig", config)
    assert type((await astra.telemetry.get(database_id)).auth) is auth


async def test_a_kind_that_this_version_does_not_know_is_none(emulator: Emulator, astra: AsyncAstraDevOps, database_id: str) -> None:
    await (await astra.telemetry.set(database_id, KAFKA)).wait()
    emulator.faults.body("getTelemetryConfig", {"newrelic": {"license": "x"}})
    assert await astra.telemetry.get(database_id) is None


async def test_a_database_that_does_not_exist(astra: AsyncAstraDevOps) -> None:
    with pytest.raises(errors.NotFoundError):
        await astra.telemetry.get("no-such-database")


@pytest.mark.parametrize(
    ("sink", "error", "named"),
    [
        ({"kafka": {}}, TypeError, "sink must be a KafkaSink or"),
        (BearerAuth("t"), TypeError, "sink"),
        (CloudWatchSink(access_key="", secret_key="s", region="us-east-1"), ValueError, r"sink\.access_key"),
        (PrometheusSink(endpoint="", auth=BearerAuth("t")), ValueError, r"sink\.endpoint"),
        (PrometheusSink(endpoint="https://p", auth=BasicAuth("", "p")), ValueError, r"sink\.auth\.user"),
        (KafkaSink(bootstrap_servers=[], topic="t", sasl_mechanism="PLAIN", sasl_username="u", sasl_password="p"), ValueError, "servers"),
        (DatadogSink(api_key="k", site=""), ValueError, r"sink\.site"),
    ],
)
async def test_bad_sinks_are_named_and_nothing_is_sent(
    emulator: Emulator, astra: AsyncAstraDevOps, sink: Any, error: type[Exception], named: str
) -> None:
    with pytest.raises(error, match=named):
        await astra.telemetry.set("d", sink)
    assert len(emulator.journal) == 0


def test_a_wrong_mix_cannot_be_built() -> None:
    with pytest.raises(TypeError, match="auth"):
        PrometheusSink(endpoint="https://p", auth=TokenAuth("t"))
    with pytest.raises(TypeError, match="auth"):
        PulsarSink(endpoint="pulsar://p", topic="t", auth=BasicAuth("u", "p"))
    with pytest.raises(TypeError, match="unexpected keyword"):
        PrometheusSink(endpoint="https://p", auth=BearerAuth("t"), token="t")
    with pytest.raises(TypeError, match="bootstrap_servers"):
        KafkaSink(bootstrap_servers="b:9092", topic="t", sasl_mechanism="PLAIN", sasl_username="u", sasl_password="p")
    with pytest.raises(TypeError, match="token must be a string"):
        BearerAuth(None)


def test_secrets_may_be_given_either_way() -> None:
    assert BearerAuth("t") == BearerAuth(Secret("t"))
    assert BasicAuth("u", "p").password.reveal() == "p"
