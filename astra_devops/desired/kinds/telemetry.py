"""The export of databases' metrics. Secrets stay in the environment."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

import attrs

from astra_devops._runtime import checks
from astra_devops._secret import Secret, redact
from astra_devops.desired.change import Change
from astra_devops.desired.kinds.database_part import DatabasePart, find_database_id
from astra_devops.desired.kinds.kind import Found, IsPruned
from astra_devops.desired.kinds.values import check_names, did_you_mean
from astra_devops.desired.present import Present
from astra_devops.desired.state import State
from astra_devops.sinks import (
    CloudWatchSink,
    DatadogSink,
    KafkaSink,
    PrometheusSink,
    PulsarSink,
    SplunkSink,
    TelemetrySink,
)

_SINKS: Final[Mapping[str, type[Any]]] = {
    "cloudwatch": CloudWatchSink,
    "datadog": DatadogSink,
    "kafka": KafkaSink,
    "prometheus": PrometheusSink,
    "pulsar": PulsarSink,
    "splunk": SplunkSink,
}
# Capital letters only: a secret that was written in place of a name hardly looks like one.
_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]*")
_NOTE: Final = "its secrets are not compared: the service does not return them; telemetry.set() replaces them"


@attrs.frozen
class FromEnvironment:
    """A secret, by the environment variable that has it where a plan is applied.

    Attributes:
        variable: The name of the variable.
    """

    variable: str

    def __attrs_post_init__(self) -> None:
        check_variable(self.variable, "variable")

    def __str__(self) -> str:
        return f"(secret, from the environment variable {self.variable})"


def check_variable(value: str, name: str) -> str:
    """Check the name of an environment variable. No error repeats it: it may be a secret."""
    if not _VARIABLE.fullmatch(checks.string(value, name)):
        raise ValueError(f"{name} must be the name of an environment variable in capital letters, such as METRICS_KEY, not the secret")
    return value


@attrs.frozen(kw_only=True, init=False)
class Telemetry:
    """The system that the metrics of a database should be exported to.

    Args:
        database: The name of the database.
        sink: ``cloudwatch``, ``datadog``, ``kafka``, ``prometheus``, ``pulsar`` or ``splunk``.
        settings: The fields of the class in ``astra_devops.sinks`` that are no secrets, and those
            of its ``auth``.
        secrets: Its other fields, each with the name of the environment variable that has the
            value where the plan is applied. A change of a value alone is not noticed.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is not valid, or the sink lacks a field, or has no such field.
    """

    database: str
    sink: str
    settings: Mapping[str, str | tuple[str, ...]]
    secrets: Mapping[str, str]

    def __init__(
        self, database: str, sink: str, *, settings: Mapping[str, str | Iterable[str]] | None = None, secrets: Mapping[str, str]
    ) -> None:
        if checks.string(sink, "sink") not in _SINKS:
            raise ValueError(f"sink must be one of {', '.join(_SINKS)}, not {sink!r}{did_you_mean(sink, _SINKS)}")
        plain = {name: _checked(value, f"settings.{name}") for name, value in checks.mapping(settings or {}, "settings").items()}
        variables = {name: check_variable(value, f"secrets.{name}") for name, value in checks.mapping(secrets, "secrets").items()}
        _form_of(sink, plain, variables)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            database=checks.string(database, "database"), sink=sink, settings=plain, secrets=variables
        )


def _checked(value: Any, name: str) -> str | tuple[str, ...]:
    if not isinstance(value, str):
        return tuple(checks.strings(value, name, at_least=1))
    if redact(checks.string(value, name)) != value:
        raise ValueError(f"{name} must not contain a password or a token; the service takes them in fields of their own")
    return value


def _form_of(sink: str, settings: Iterable[str], secrets: Iterable[str]) -> type[Any] | None:
    """Return the class of the ``auth`` that has all these fields; None if the sink has no choice.

    Raises:
        ValueError: No form of the sink has just these fields.
    """
    sink_class = _SINKS[sink]
    choices: list[type[Any] | None] = [None]
    for field in attrs.fields(sink_class):
        if field.name == "auth":
            choices = list(get_args(field.type))
    names = list(dict.fromkeys(name for auth in choices for name in _fields(sink_class, auth)))
    check_names(settings, names, "settings.")
    check_names(secrets, names, "secrets.")
    for auth in choices:
        fields = _fields(sink_class, auth)
        plain = {name: field for name, field in fields.items() if field.type is not Secret}
        required = {name for name, field in fields.items() if field.default is attrs.NOTHING}
        if set(settings) <= plain.keys() and set(secrets) == fields.keys() - plain.keys() and required <= {*settings, *secrets}:
            return auth
    forms = " or ".join(_described(_fields(sink_class, auth)) for auth in choices)
    raise ValueError(f"settings must have the fields of a {sink} sink, but secrets those that are secret: {forms}")


def _fields(sink_class: type[Any], auth: type[Any] | None) -> "dict[str, attrs.Attribute[Any]]":
    fields = [*attrs.fields(sink_class), *(attrs.fields(auth) if auth else ())]
    return {field.name: field for field in fields if field.name != "auth"}


def _described(fields: "Mapping[str, attrs.Attribute[Any]]") -> str:
    words = [f"{name} (secret)" if field.type is Secret else name for name, field in fields.items()]
    return ", ".join(words)


def _as_settings(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value if isinstance(value, str) else tuple(value) for name, value in settings.items()}


@attrs.frozen(kw_only=True)
class TelemetryState(State):
    """The sink of a database.

    Attributes:
        sink: Its kind.
        settings: Its fields that are no secrets.
        secrets: Where the secrets come from when it is set; empty for what was read.
    """

    sink: str
    settings: Mapping[str, Any] = attrs.field(factory=dict, converter=_as_settings)
    secrets: Mapping[str, FromEnvironment] = attrs.field(factory=dict)


class TelemetryKind(DatabasePart[Telemetry, TelemetryState]):
    """The export of metrics. A sink can be replaced, but the service cannot remove it."""

    name = "telemetry"
    table = "telemetry"
    words = "telemetry"
    declared_class = Telemetry
    state_class = TelemetryState

    def note(self, entry: Telemetry, *, is_new: bool) -> str:
        """Mention what is not compared."""
        return "" if is_new else _NOTE

    async def read_part(self, present: Present, database_id: str) -> TelemetryState | None:
        """Read the sink of one database, without its secrets."""
        sink = await present.client.telemetry.get(database_id)
        return None if sink is None else _state_of(sink)

    async def after(self, present: Present, entry: Telemetry, found: Found[TelemetryState] | None, is_pruned: IsPruned) -> TelemetryState:
        """Return what is there if all that can be compared is as declared."""
        if found is not None and found.state.sink == entry.sink and _agrees(found.state.settings, entry.settings):
            return found.state
        secrets = {name: FromEnvironment(variable) for name, variable in entry.secrets.items()}
        return TelemetryState(sink=entry.sink, settings=entry.settings, secrets=secrets)

    def declare(self, name: str, state: TelemetryState) -> Telemetry:
        """Declare the sink, with made-up names of variables."""
        prefix = re.sub(r"\W|^(?=\d)", "_", name.upper(), flags=re.ASCII)
        form = _form_by_settings(state.sink, state.settings)
        names = [field.name for field in form.values() if field.type is Secret]
        return Telemetry(name, state.sink, settings=state.settings, secrets={secret: f"{prefix}_{secret.upper()}" for secret in names})

    def check_change(self, change: Change) -> None:
        """Refuse a change whose secrets the environment does not have."""
        after = change.after
        if not isinstance(after, TelemetryState):
            return
        for name, source in after.secrets.items():
            if not os.environ.get(source.variable):
                raise ValueError(f"{source.variable} must be set in the environment: {change.label} has its {name} there")

    async def write(self, present: Present, change: Change, found: Found[TelemetryState] | None, after: TelemetryState) -> None:
        """Set the sink, with the secrets of the environment."""
        database_id = await find_database_id(present, found.id if found else change.id, change.name)
        await (await present.client.telemetry.set(database_id, _sink_of(after))).wait()


def _agrees(present: Mapping[str, Any], declared: Mapping[str, Any]) -> bool:
    """Compare what is declared; a field that is left out may have any value."""
    return all(present.get(name) == value for name, value in declared.items())


def _sink_of(state: TelemetryState) -> TelemetrySink:
    sink_class = _SINKS[state.sink]
    auth = _form_of(state.sink, state.settings, state.secrets)
    values: dict[str, Any] = dict(state.settings)
    values |= {name: Secret(os.environ[source.variable]) for name, source in state.secrets.items()}
    own = {name: value for name, value in values.items() if auth is None or name not in attrs.fields_dict(auth)}
    if auth is not None:
        own["auth"] = auth(**{name: value for name, value in values.items() if name not in own})
    sink: TelemetrySink = sink_class(**own)
    return sink


def _state_of(sink: TelemetrySink) -> TelemetryState:
    settings: dict[str, Any] = {}
    for part in (sink, getattr(sink, "auth", None)):
        for field in attrs.fields(type(part)) if part is not None else ():
            value = getattr(part, field.name)
            if field.name != "auth" and field.type is not Secret and value not in (None, "", ()):
                settings[field.name] = tuple(map(redact, value)) if isinstance(value, tuple) else redact(str(value))
    names = {sink_class: name for name, sink_class in _SINKS.items()}
    return TelemetryState(sink=names[type(sink)], settings=settings)


def _form_by_settings(sink: str, settings: Mapping[str, Any]) -> "dict[str, attrs.Attribute[Any]]":
    """Return the fields of the form of a sink that has all these settings."""
    sink_class = _SINKS[sink]
    auth = attrs.fields_dict(sink_class).get("auth")
    for choice in (None,) if auth is None else get_args(auth.type):
        fields = _fields(sink_class, choice)
        required = {name for name, field in fields.items() if field.type is not Secret and field.default is attrs.NOTHING}
        if required <= settings.keys() <= fields.keys():
            return fields
    raise ValueError(f"the service describes a {sink} sink that cannot be declared")


TELEMETRY: Final = TelemetryKind()
