"""Telemetry as declared: its secrets are in the environment, and never in a plan."""

from pathlib import Path

import pytest

from astra_devops import AstraDevOps, AsyncAstraDevOps
from astra_devops.desired import Declaration, Plan, Telemetry, load
from astra_devops.emulator import Emulator
from astra_devops.sinks import BearerAuth, PrometheusSink
from tests.desired.shared import refused, writes

FILE = """\
[[telemetry]]
database = "orders"
sink = "prometheus"
settings = { endpoint = "https://prometheus.example.com/push", user = "astra" }
secrets = { password = "METRICS_PASSWORD" }
"""
SINKS = {
    "cloudwatch": ({"region": "us-east-1"}, {"access_key": "A", "secret_key": "B"}),
    "datadog": ({"site": "datadoghq.eu"}, {"api_key": "A"}),
    "kafka": (
        {"bootstrap_servers": ["a:9092", "b:9092"], "topic": "t", "sasl_mechanism": "PLAIN", "sasl_username": "u"},
        {"sasl_password": "A"},
    ),
    "prometheus": ({"endpoint": "https://prometheus.example.com/push"}, {"token": "A"}),
    "pulsar": (
        {"endpoint": "pulsar+ssl://p.example.com", "topic": "persistent://a/b/c", "issuer_url": "https://i"},
        {"credentials_url": "A"},
    ),
    "splunk": ({"endpoint": "https://splunk.example.com", "index": "main"}, {"token": "A"}),
}
SECRET = "very-secret-value"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("A", "B", "METRICS_PASSWORD"):
        monkeypatch.setenv(name, SECRET)


@pytest.mark.parametrize("sink", SINKS)
async def test_every_sink_can_be_declared(astra: AsyncAstraDevOps, emulator: Emulator, sink: str, tmp_path: Path) -> None:
    emulator.add_database("orders")
    settings, secrets = SINKS[sink]
    declared = Declaration(telemetry=[Telemetry("orders", sink, settings=settings, secrets=secrets)])  # type: ignore[arg-type]
    (tmp_path / "telemetry.toml").write_text(declared.to_toml(), encoding="utf-8")
    assert load(tmp_path / "telemetry.toml") == declared
    plan = await astra.plan(declared)
    plan.save(tmp_path / "plan.json")
    loaded = Plan.load(tmp_path / "plan.json")
    assert loaded == plan
    applied = await astra.apply(loaded, quiet=True, journal=tmp_path / "run.db")
    assert applied.is_done, str(applied)
    for text in (str(plan), repr(plan), str(plan.to_dict()), plan.to_markdown(), plan.to_html(), repr(applied)):
        assert SECRET not in text
    for path in tmp_path.iterdir():
        assert SECRET.encode() not in path.read_bytes()
    emulator.journal.clear()
    again = await astra.plan(declared)
    assert again.is_empty, str(again)
    assert (await astra.apply(again, quiet=True)).outcomes == ()
    assert writes(emulator) == []
    exported = await astra.export(only=["telemetry"])
    assert (exported.telemetry[0].sink, set(exported.telemetry[0].secrets)) == (sink, set(secrets))
    assert (await astra.plan(exported)).is_empty


async def test_a_plan_names_the_variable_and_what_is_not_compared(astra: AsyncAstraDevOps, emulator: Emulator) -> None:
    orders = emulator.add_database("orders")
    declared = Declaration(telemetry=[Telemetry("orders", "datadog", settings={"site": "datadoghq.eu"}, secrets={"api_key": "A"})])
    plan = await astra.plan(declared)
    assert str(plan).splitlines()[:4] == [
        f"+ telemetry of database 'orders' ({orders})",
        "    sink: datadog",
        "    settings.site: datadoghq.eu",
        "    secrets.api_key: (secret, from the environment variable A)",
    ]
    await astra.apply(plan, quiet=True)
    note = "its secrets are not compared: the service does not return them; telemetry.set() replaces them"
    assert f"  telemetry of database 'orders': {note}" in str(await astra.plan(declared)).splitlines()
    changed = Declaration(telemetry=[Telemetry("orders", "datadog", settings={"site": "datadoghq.com"}, secrets={"api_key": "A"})])
    plan = await astra.plan(changed)
    assert f"~ telemetry of database 'orders' ({orders})" in str(plan).splitlines()
    assert f"    ({note})" in str(plan).splitlines()
    sink = PrometheusSink(endpoint="https://theirs.example.com", auth=BearerAuth("x"))
    await (await astra.telemetry.set(orders, sink)).wait()
    assert "sink of telemetry of database 'orders' was 'datadog', is 'prometheus'" in str(await astra.apply(plan, quiet=True))


async def test_a_missing_variable_is_an_error_before_anything_is_sent(
    astra: AsyncAstraDevOps, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.add_database("orders")
    plan = await astra.plan(Declaration(telemetry=[Telemetry("orders", "datadog", secrets={"api_key": "A"})]))
    monkeypatch.delenv("A")
    with pytest.raises(ValueError, match="A must be set in the environment: telemetry of database 'orders' has its api_key there"):
        await astra.apply(plan, quiet=True)
    assert writes(emulator) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FILE.replace('"prometheus"', '"graphite"'), r"telemetry\[0\]\.sink: must be one of cloudwatch, datadog, "),
        (FILE.replace("prometheus", "promethius"), r"telemetry\[0\]\.sink: must be one of .*; did you mean 'prometheus'"),
        (FILE.replace("endpoint", "endpiont"), r"telemetry\[0\]\.settings\.endpiont: is not a setting; .*; did you mean 'endpoint'"),
        (FILE.replace("password =", "pasword ="), r"telemetry\[0\]\.secrets\.pasword: is not a setting; .*; did you mean 'password'"),
        (FILE.replace("password =", "token ="), r"telemetry\[0\]\.settings: must have the fields of a prometheus sink, but secrets"),
        (FILE.replace(', user = "astra"', ""), r"telemetry\[0\]\.settings: must have the fields of a prometheus sink, but secrets"),
        (FILE.replace("https://", "https://me:hidden@"), r"telemetry\[0\]\.settings\.endpoint: must not contain a password"),
        (FILE.replace("METRICS_PASSWORD", "hidden7"), r"telemetry\[0\]\.secrets\.password: must be the name of an environment variable"),
        (FILE.replace('"METRICS_PASSWORD"', "1"), r"telemetry\[0\]\.secrets\.password: must be a string"),
    ],
)
def test_an_error_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    assert "hidden" not in refused(tmp_path, text, message, (TypeError, ValueError))


def test_the_blocking_client_has_it(blocking_astra: AstraDevOps, blocking_emulator: Emulator, tmp_path: Path) -> None:
    blocking_emulator.add_database("orders")
    path = tmp_path / "telemetry.toml"
    path.write_text(FILE, encoding="utf-8")
    declared = load(path)
    assert blocking_astra.apply(blocking_astra.plan(declared), quiet=True).is_done
    assert blocking_astra.plan(declared).is_empty
