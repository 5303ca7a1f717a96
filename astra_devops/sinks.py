"""Sinks: the systems that a database's metrics or an organization's audit log can be exported to.

There is one class per kind of system. Where the exporter can authenticate in several ways, each way
is a class of its own, so that a token next to a password cannot be written.

>>> from astra_devops.sinks import BearerAuth, PrometheusSink
>>> sink = PrometheusSink(
...     endpoint="https://prometheus.example.com/api/prom/push",
...     auth=BearerAuth("..."),
... )
>>> await astra.telemetry.set(database_id, sink)

Secrets may be given as strings or as :class:`~astra_devops.Secret`, and are kept as ``Secret``. In
a sink that was read from the service they may be withheld: the ``Secret`` is present, but has
nothing to reveal.
"""

# A new sink is a class here and a row in resources/_sinks.py. A field that has another name on the
# wire says so with _on_the_wire_as.

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from astra_devops._rest.models.telemetry import KafkaSecurityProtocol, SaslMechanism
from astra_devops._runtime import checks
from astra_devops._secret import Secret, hidden, redact

T = TypeVar("T")

__all__ = [
    "BasicAuth",
    "BearerAuth",
    "CloudWatchSink",
    "DatadogSink",
    "KafkaSecurityProtocol",
    "KafkaSink",
    "OAuth2",
    "PrometheusSink",
    "PulsarSink",
    "SaslMechanism",
    "SplunkSink",
    "TelemetrySink",
    "TokenAuth",
]


def _as_secret(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def _masked(address: object) -> str:
    """Return the repr of an address, without a password in it; or of what was given instead."""
    return redact(repr(address))


def _as_servers(value: Iterable[str]) -> tuple[str, ...]:
    servers = checks.items(value, "bootstrap_servers", "strings")
    return tuple(checks.text(server, f"bootstrap_servers[{index}]") for index, server in enumerate(servers))


def _with_checks(cls: type[Any], fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
    """Have each field check the type of its value, and name itself in the error.

    A string may be empty here: in a sink that was read from the service it stands for one that the
    answer left out.
    """
    return [field.evolve(validator=_check_text) if field.validator is None else field for field in map(_with_checked_secret, fields)]


def _with_checked_secret(field: "attrs.Attribute[Any]") -> "attrs.Attribute[Any]":
    return field.evolve(converter=_TO_SECRET) if field.type is Secret else field


def _check_secret(value: object, field: "attrs.Attribute[Any]") -> Secret:
    if not isinstance(value, Secret):
        raise TypeError(f"{field.name} must be a string or a Secret, not {checks.type_name(value)}")
    if value and (problem := checks.problem_of_text(value.reveal(), field.name)):
        raise problem
    return value


def _hiding_secrets(cls: type[T]) -> type[T]:
    """Have all but plain fields hidden before ``__init__`` runs.

    If that refuses another field, a traceback with local variables shows its arguments.
    """
    sink: Any = cls
    initialize: Callable[..., None] = sink.__init__
    plain = {key for index, field in enumerate(attrs.fields(sink)) if field.type is not Secret for key in (index, field.name)}

    @wraps(initialize)
    def hide(self: T, *args: object, **kwargs: object) -> None:
        args = tuple(value if index in plain else hidden(value) for index, value in enumerate(args))
        kwargs = {name: value if name in plain else hidden(value) for name, value in kwargs.items()}
        initialize(self, *args, **kwargs)

    sink.__init__ = hide
    return cls


def _check_text(instance: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, Secret | tuple) or (value is None and field.default is None):
        return
    checks.text(value, field.name)  # type: ignore[arg-type]


_TO_SECRET: Final = attrs.Converter(_check_secret, takes_field=True)


def _on_the_wire_as(name: str) -> dict[str, str]:
    return {"wire": name}


@_hiding_secrets
@attrs.frozen(field_transformer=_with_checks)
class BasicAuth:
    """Authentication by user and password.

    Attributes:
        user: User name.
        password: Password of the user.
    """

    user: str
    password: Secret = attrs.field(converter=_as_secret)


@_hiding_secrets
@attrs.frozen(field_transformer=_with_checks)
class BearerAuth:
    """Authentication by a bearer token in the header of each request.

    Attributes:
        token: Bearer token.
    """

    token: Secret = attrs.field(converter=_as_secret)


@_hiding_secrets
@attrs.frozen(field_transformer=_with_checks)
class TokenAuth:
    """Authentication by a Pulsar token.

    Attributes:
        token: Pulsar token.
    """

    token: Secret = attrs.field(converter=_as_secret)


@_hiding_secrets
@attrs.frozen(kw_only=True, field_transformer=_with_checks)
class OAuth2:
    """Authentication as a client of an OAuth 2 issuer.

    Attributes:
        credentials_url: Address of the client's credentials file. Anyone who has the address has
            the credentials, so it is a secret.
        issuer_url: Address of the issuer.
        audience: Audience to request a token for.
        scope: Scope to request a token for.
    """

    credentials_url: Secret = attrs.field(converter=_as_secret, metadata=_on_the_wire_as("oauth2_credentials_url"))
    issuer_url: str = attrs.field(metadata=_on_the_wire_as("oauth2_issuer_url"))
    audience: str | None = attrs.field(default=None, metadata=_on_the_wire_as("oauth2_audience"))
    scope: str | None = attrs.field(default=None, metadata=_on_the_wire_as("oauth2_scope"))


@_hiding_secrets
@attrs.frozen(kw_only=True, field_transformer=_with_checks)
class KafkaSink:
    """A Kafka topic.

    Attributes:
        bootstrap_servers: Brokers to connect to first, such as ``broker.example.com:9092``.
        topic: Name of the topic.
        sasl_mechanism: How the exporter authenticates, such as ``PLAIN`` or ``SCRAM-SHA-256``.
        sasl_username: User for SASL.
        sasl_password: Password for SASL.
        security_protocol: ``SASL_SSL`` or ``SASL_PLAINTEXT``; by default the service chooses.
    """

    bootstrap_servers: tuple[str, ...] = attrs.field(converter=_as_servers)
    topic: str
    sasl_mechanism: SaslMechanism | str
    sasl_username: str
    sasl_password: Secret = attrs.field(converter=_as_secret)
    security_protocol: KafkaSecurityProtocol | str | None = None


@_hiding_secrets
@attrs.frozen(kw_only=True, field_transformer=_with_checks)
class PrometheusSink:
    """A Prometheus server that accepts remote writes.

    Attributes:
        endpoint: Address of the remote write endpoint.
        auth: How the exporter authenticates.
    """

    endpoint: str = attrs.field(repr=_masked)
    auth: BasicAuth | BearerAuth = attrs.field(validator=attrs.validators.instance_of((BasicAuth, BearerAuth)))


@_hiding_secrets
@attrs.frozen(kw_only=True, field_transformer=_with_checks)
class CloudWatchSink:
    """Amazon CloudWatch in one region of an AWS account.

    Attributes:
        access_key: Id of the access key. Its user needs the permission
            ``cloudwatch:PutMetricData``.
        secret_key: Secret of the access key.
        region: AWS region that receives the metrics.
    """

    access_key: Secret = attrs.field(converter=_as_secret)
    secret_key: Secret = attrs.field(converter=_as_secret, metadata=_on_the_wire_as("secret"))
    region: str


@_hiding_secrets
@attrs.frozen(kw_only=True, field_transformer=_with_checks)
class SplunkSink:
    """A Splunk HTTP event collector.

    Attributes:
        endpoint: Address of the event collector.
        index: Index that receives the metrics.
        token: Token of the event collector.
        source: Value of Splunk's ``source`` field.
        sourcetype: Value of Splunk's ``sourcetype`` field.
    """

    endpoint: str = attrs.field(repr=_masked)
    index: str
    token: Secret = attrs.field(converter=_as_secret)
    source: str | None = None
    sourcetype: str | None = None


@_hiding_secrets
@attrs.frozen(kw_only=True, field_transformer=_with_checks)
class PulsarSink:
    """A Pulsar topic. This is the only kind of sink that accepts audit logs.

    Attributes:
        endpoint: Address of the broker, such as ``pulsar+ssl://pulsar.example.com``.
        topic: Full name of the topic, such as ``persistent://tenant/namespace/topic``.
        auth: How the exporter authenticates.
        auth_name: Name under which the exporter authenticates.
    """

    endpoint: str = attrs.field(repr=_masked)
    topic: str
    auth: TokenAuth | OAuth2 = attrs.field(validator=attrs.validators.instance_of((TokenAuth, OAuth2)))
    auth_name: str | None = None


@_hiding_secrets
@attrs.frozen(kw_only=True, field_transformer=_with_checks)
class DatadogSink:
    """A Datadog account.

    Attributes:
        api_key: API key of the account.
        site: Datadog site, such as ``datadoghq.eu``; by default the service chooses.
    """

    api_key: Secret = attrs.field(converter=_as_secret)
    site: str | None = None


TelemetrySink: TypeAlias = KafkaSink | PrometheusSink | CloudWatchSink | SplunkSink | PulsarSink | DatadogSink
"""Any of the sinks: all of them accept metrics."""
