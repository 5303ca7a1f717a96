"""Metrics: each kind of sink is set and read back, whatever the service tells of its secrets."""

import pickle

import pytest

from astra_devops import AsyncAstraDevOps, Secret, errors
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
    "splunk": SplunkSink(endpoint="https://splunk.example.com", index="metrics", token="hunter2", source="astra"),
    "token": PulsarSink(endpoint="pulsar+ssl://pulsar.example.com", topic="persistent://a/b/c", auth=TokenAuth("hunter2"), auth_name="n"),
    "oauth2": PulsarSink(endpoint="pulsar+ssl://pulsar.example.com", topic="persistent://a/b/c", auth=OAUTH2),
    "datadog": DatadogSink(api_key="hunter2", site="datadoghq.eu"),
}


@pytest.fixture
def database_id(emulator) -> str:
    return emulator.add_database("orders")


@pytest.mark.parametrize("kind", SINKS)
async def test_a_sink_is_set_and_read_back(emulator, astra, database_id, kind):
    assert await astra.telemetry.get(database_id) is None
    operation = await astra.telemetry.set(database_id, SINKS[kind])
    assert not (await operation.refresh()).done
    assert await operation.wait() is None
    assert await astra.telemetry.get(database_id) == SINKS[kind]
    assert "hunter2" not in repr(SINKS[kind])
    assert b"hunter2" not in pickle.dumps(SINKS[kind])
    assert "hunter2" not in repr(operation.snapshot)


@pytest.mark.parametrize("told", ["masked", "absent"])
@pytest.mark.parametrize("kind", SINKS)
async def test_secrets_that_are_withheld_are_no_obstacle_but_cannot_be_set_again(kind, told):
    async with (
        Emulator(clock=VirtualClock(), quirks=Quirks(sink_secrets=told)) as emulator,
        AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as astra,
    ):
        database_id = emulator.add_database("orders")
        await (await astra.telemetry.set(database_id, SINKS[kind])).wait()
        found = await astra.telemetry.get(database_id)
        assert type(found) is type(SINKS[kind])
        assert getattr(found, "topic", None) == getattr(SINKS[kind], "topic", None)
        assert type(getattr(found, "auth", None)) is type(getattr(SINKS[kind], "auth", None))
        with pytest.raises(ValueError, match=r"sink\.[a-z_.]+ must not be empty or redacted"):
            await astra.telemetry.set(database_id, found)
        assert emulator.journal.count("configureTelemetry") == 1


async def test_a_new_sink_is_told_from_the_old_one(astra, database_id):
    await (await astra.telemetry.set(database_id, SINKS["basic"])).wait()
    for kind in ("bearer", "kafka", "token", "oauth2"):
        operation = await astra.telemetry.set(database_id, SINKS[kind])
        assert not (await operation.refresh()).done
        await operation.wait()
        assert await astra.telemetry.get(database_id) == SINKS[kind]


async def test_a_password_in_an_address_is_kept_out_of_the_token(astra, database_id):
    sink = PrometheusSink(endpoint="https://ann:hunter2@prometheus.example.com/push?key=hunter2", auth=BearerAuth("t"))
    operation = await astra.telemetry.set(database_id, sink)
    assert operation.ids["endpoint"] == "https://prometheus.example.com/push"
    await operation.wait()


async def test_a_wait_is_resumed(emulator, astra, database_id):
    token = (await astra.telemetry.set(database_id, KAFKA)).resume_token
    async with AsyncAstraDevOps(emulator.token, base_url=emulator.url, clock=emulator.clock) as elsewhere:
        await (await elsewhere.resume(token)).wait()
    assert await astra.telemetry.get(database_id) == KAFKA


async def test_a_set_up_that_never_comes(emulator, astra, database_id):
    emulator.faults.fail_state("configureTelemetry")
    operation = await astra.telemetry.set(database_id, KAFKA)
    with pytest.raises(errors.OperationTimeoutError):
        await operation.wait()


@pytest.mark.parametrize("fault", ["reset_after_effect", "reset_before_effect"])
async def test_a_lost_answer_is_repeated_since_that_does_no_harm(emulator, astra, database_id, fault):
    getattr(emulator.faults, fault)("configureTelemetry")
    await (await astra.telemetry.set(database_id, KAFKA)).wait()
    assert emulator.journal.count("configureTelemetry") == 2


async def test_a_kind_that_this_version_does_not_know_is_none(emulator, astra, database_id):
    emulator.faults.body("getTelemetryConfig", {"newrelic": {"license": "x"}})
    assert await astra.telemetry.get(database_id) is None


async def test_a_database_that_is_not_there(astra):
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
async def test_bad_sinks_are_named_and_nothing_is_sent(emulator, astra, sink, error, named):
    with pytest.raises(error, match=named):
        await astra.telemetry.set("d", sink)
    assert len(emulator.journal) == 0


def test_a_wrong_mix_cannot_be_built():
    with pytest.raises(TypeError, match="auth"):
        PrometheusSink(endpoint="https://p", auth=TokenAuth("t"))
    with pytest.raises(TypeError, match="auth"):
        PulsarSink(endpoint="pulsar://p", topic="t", auth=BasicAuth("u", "p"))
    with pytest.raises(TypeError, match="unexpected keyword"):
        PrometheusSink(endpoint="https://p", auth=BearerAuth("t"), token="t")
    with pytest.raises(TypeError, match="bootstrap_servers"):
        KafkaSink(bootstrap_servers="b:9092", topic="t", sasl_mechanism="PLAIN", sasl_username="u", sasl_password="p")
    with pytest.raises(TypeError, match="value must be a string"):
        BearerAuth(None)


def test_secrets_may_be_given_either_way():
    assert BearerAuth("t") == BearerAuth(Secret("t"))
    assert BasicAuth("u", "p").password.reveal() == "p"
