"""Sinks on the wire: the body that sets a sink, and the sink that an answer describes.

Both follow from one table and from the fields of the classes in ``astra_devops.sinks``.
"""

from typing import Any, Final, TypeVar

import attrs

from astra_devops._rest.models.common_pulsar_telemetry_request import (
    PulsarAuthStrategy,
    PulsarOAuth2TelemetryRequest,
    PulsarTelemetryRequest,
    PulsarTokenAuthTelemetryRequest,
)
from astra_devops._rest.models.common_telemetry_config import TelemetryConfig
from astra_devops._rest.models.telemetry import PrometheusAuthStrategy
from astra_devops._rest.models.telemetry_requests import (
    CloudWatchTelemetryRequest,
    CloudWatchTelemetryRequestBlock,
    DatadogTelemetryRequest,
    DatadogTelemetryRequestBlock,
    KafkaTelemetryRequest,
    KafkaTelemetryRequestBlock,
    RemotePrometheusBasicAuthTelemetryRequest,
    RemotePrometheusBearerAuthTelemetryRequest,
    RemotePrometheusTelemetryRequest,
    SplunkTelemetryRequest,
    SplunkTelemetryRequestBlock,
)
from astra_devops._runtime import checks
from astra_devops._secret import Secret, redacted_secret
from astra_devops.sinks import (
    BasicAuth,
    BearerAuth,
    CloudWatchSink,
    DatadogSink,
    KafkaSink,
    OAuth2,
    PrometheusSink,
    PulsarSink,
    SplunkSink,
    TelemetrySink,
    TokenAuth,
)

S = TypeVar("S")


@attrs.frozen
class _Form:
    """One form of a sink on the wire.

    Attributes:
        sink: Class of the sink.
        kind: Name of the block in a request and in an answer.
        request: Model of the request.
        block: Model of the block in the request.
        auth: Class of the sink's ``auth``; None if the sink has no choice.
        strategy: ``auth_strategy`` of the block.
    """

    sink: type[Any]
    kind: str
    request: type[Any]
    block: type[Any]
    auth: type[Any] | None = None
    strategy: str | None = None


# The last row of a sink is the form that an answer without further evidence is read as.
_FORMS: Final = (
    _Form(KafkaSink, "kafka", KafkaTelemetryRequest, KafkaTelemetryRequestBlock),
    _Form(
        PrometheusSink,
        "prometheus_remote",
        RemotePrometheusTelemetryRequest,
        RemotePrometheusBasicAuthTelemetryRequest,
        BasicAuth,
        PrometheusAuthStrategy.BASIC,
    ),
    _Form(
        PrometheusSink,
        "prometheus_remote",
        RemotePrometheusTelemetryRequest,
        RemotePrometheusBearerAuthTelemetryRequest,
        BearerAuth,
        PrometheusAuthStrategy.BEARER,
    ),
    _Form(CloudWatchSink, "cloudwatch", CloudWatchTelemetryRequest, CloudWatchTelemetryRequestBlock),
    _Form(SplunkSink, "splunk", SplunkTelemetryRequest, SplunkTelemetryRequestBlock),
    _Form(PulsarSink, "pulsar", PulsarTelemetryRequest, PulsarOAuth2TelemetryRequest, OAuth2, PulsarAuthStrategy.OAUTH2),
    _Form(PulsarSink, "pulsar", PulsarTelemetryRequest, PulsarTokenAuthTelemetryRequest, TokenAuth, PulsarAuthStrategy.TOKEN),
    _Form(DatadogSink, "datadog", DatadogTelemetryRequest, DatadogTelemetryRequestBlock),
)

SINKS: Final = tuple(dict.fromkeys(form.sink for form in _FORMS))
"""Every class of sinks."""


def check_sink(sink: S, *classes: type[S]) -> S:
    """Check the class of a sink, and that no string and no secret in it is empty.

    Raises:
        TypeError: The sink is not an instance of any of the classes.
        ValueError: A string or a secret is empty, or the service withheld the secret when the sink
            was read.
    """
    if not isinstance(sink, classes):
        accepted = " or ".join(cls.__name__ for cls in classes)
        raise TypeError(f"sink must be a {accepted}, not a {type(sink).__name__}")
    _check_value(sink, "sink")
    return sink


def _check_value(value: Any, name: str) -> None:
    if isinstance(value, Secret):
        checks.secret(value, name)
    elif isinstance(value, tuple):
        if not value:
            raise ValueError(f"{name} must not be empty")
        for item in value:
            checks.string(item, name)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            inner = getattr(value, field.name)
            if inner is not None or field.default is attrs.NOTHING:
                _check_value(inner, f"{name}.{field.name}")
    else:
        checks.string(value, name)


def request_of(sink: TelemetrySink) -> Any:
    """Return the body that sets a sink."""
    auth = getattr(sink, "auth", None)
    form = next(form for form in _FORMS if isinstance(sink, form.sink) and (form.auth is None or isinstance(auth, form.auth)))
    values = _wire_values(sink)
    if form.auth is not None:
        del values["auth"]
        values |= {"auth_strategy": form.strategy, **_wire_values(auth)}
    return form.request(**{form.kind: form.block(**values)})


def _wire_values(value: Any) -> dict[str, Any]:
    """Return the fields of a sink, or of its ``auth``, under the names of the wire."""
    values = {_wire_name(field): getattr(value, field.name) for field in attrs.fields(type(value))}
    return {name: list(item) if isinstance(item, tuple) else item for name, item in values.items()}


def sink_of(config: TelemetryConfig) -> TelemetrySink | None:
    """Return the sink that an answer describes; None if this version does not know its kind.

    A string that the answer leaves out is empty in the sink, a secret is withheld.
    """
    for kind in dict.fromkeys(form.kind for form in _FORMS):
        block = getattr(config, kind)
        if block is not None:
            form = _form_of(block, [form for form in _FORMS if form.kind == kind])
            auth = {} if form.auth is None else {"auth": _read(form.auth, block)}
            sink: TelemetrySink = _read(form.sink, block, **auth)
            return sink
    return None


def _form_of(block: Any, forms: list[_Form]) -> _Form:
    """Choose by ``auth_strategy``, or by the fields that only one form has if it is left out."""
    strategy = getattr(block, "auth_strategy", None)
    for form in forms:
        if form.strategy == strategy:
            return form
    for form in forms:
        fields = attrs.fields(form.auth) if form.auth is not None else ()
        if any(getattr(block, _wire_name(field)) for field in fields if field.type is not Secret):
            return form
    return forms[-1]


def _read(cls: type[Any], block: object, **values: object) -> Any:
    for field in attrs.fields(cls):
        if field.name not in values:
            values[field.name] = _read_value(field, getattr(block, _wire_name(field)))
    return cls(**values)


def _read_value(field: "attrs.Attribute[Any]", value: Any) -> Any:
    if field.type is Secret:
        # A secret that is left out, empty or a row of asterisks was withheld.
        return value if value is not None and value.reveal().strip("*") else redacted_secret()
    if value is None and field.default is attrs.NOTHING:
        return () if field.type == tuple[str, ...] else ""
    return value


def _wire_name(field: "attrs.Attribute[Any]") -> str:
    return str(field.metadata.get("wire", field.name))
