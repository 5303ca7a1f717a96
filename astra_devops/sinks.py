"""Where a database's metrics, or an organization's audit log, are exported to: one class per kind of outside system.

How the exporter shows who it is, is a class of its own where there is a choice, so that a token
beside a password cannot be said.

>>> from astra_devops.sinks import BearerAuth, PrometheusSink
>>> sink = PrometheusSink(endpoint="https://prometheus.example.com/api/prom/push", auth=BearerAuth("..."))
>>> await astra.telemetry.set(database_id, sink)

Secrets may be given as ``str`` or :class:`~astra_devops.Secret`, and are kept as ``Secret``. In a
sink that was read from the service they may be withheld: the ``Secret`` is there, but has nothing
to reveal.
"""

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from astra_devops._rest.models.telemetry import KafkaSecurityProtocol, SaslMechanism
from astra_devops._secret import Secret

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


def _secret(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def _servers(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise TypeError("bootstrap_servers must be a sequence of str, not one str")
    return tuple(value)


@attrs.frozen
class BasicAuth:
    """A user and a password."""

    user: str
    password: Secret = attrs.field(converter=_secret)


@attrs.frozen
class BearerAuth:
    """A token in the header of each request."""

    token: Secret = attrs.field(converter=_secret)


@attrs.frozen
class TokenAuth:
    """A token of Pulsar's own."""

    token: Secret = attrs.field(converter=_secret)


@attrs.frozen(kw_only=True)
class OAuth2:
    """A client of an OAuth 2 issuer.

    Attributes:
        credentials_url: address of the client's credentials file. Whoever has it has the
            credentials, so it is a secret.
        issuer_url: address of the issuer.
        audience: audience to ask a token for.
        scope: scope to ask a token for.
    """

    credentials_url: Secret = attrs.field(converter=_secret)
    issuer_url: str
    audience: str | None = None
    scope: str | None = None


@attrs.frozen(kw_only=True)
class KafkaSink:
    """A Kafka topic.

    Attributes:
        bootstrap_servers: brokers to start from, such as ``broker.example.com:9092``.
        topic: the topic.
        sasl_mechanism: how the exporter authenticates, such as ``PLAIN`` or ``SCRAM-SHA-256``.
        sasl_username: user for SASL.
        sasl_password: password for SASL.
        security_protocol: ``SASL_SSL`` or ``SASL_PLAINTEXT``; by default the service chooses.
    """

    bootstrap_servers: tuple[str, ...] = attrs.field(converter=_servers)
    topic: str
    sasl_mechanism: SaslMechanism | str
    sasl_username: str
    sasl_password: Secret = attrs.field(converter=_secret)
    security_protocol: KafkaSecurityProtocol | str | None = None


@attrs.frozen(kw_only=True)
class PrometheusSink:
    """A Prometheus server that takes remote writes.

    Attributes:
        endpoint: address of the remote write endpoint.
        auth: how the exporter authenticates.
    """

    endpoint: str
    auth: BasicAuth | BearerAuth = attrs.field(validator=attrs.validators.instance_of((BasicAuth, BearerAuth)))


@attrs.frozen(kw_only=True)
class CloudWatchSink:
    """An Amazon CloudWatch.

    Attributes:
        access_key: id of the access key; its user needs the right ``cloudwatch:PutMetricData``.
        secret_key: secret of the access key.
        region: AWS region that receives the metrics.
    """

    access_key: Secret = attrs.field(converter=_secret)
    secret_key: Secret = attrs.field(converter=_secret)
    region: str


@attrs.frozen(kw_only=True)
class SplunkSink:
    """A Splunk HTTP event collector.

    Attributes:
        endpoint: address of the event collector.
        index: index that receives the metrics.
        token: token of the event collector.
        source: value for Splunk's field of that name.
        sourcetype: value for Splunk's field of that name.
    """

    endpoint: str
    index: str
    token: Secret = attrs.field(converter=_secret)
    source: str | None = None
    sourcetype: str | None = None


@attrs.frozen(kw_only=True)
class PulsarSink:
    """A Pulsar topic. The only kind that takes audit logs.

    Attributes:
        endpoint: address of the broker, such as ``pulsar+ssl://pulsar.example.com``.
        topic: full name of the topic, such as ``persistent://tenant/namespace/topic``.
        auth: how the exporter authenticates.
        auth_name: name under which it does.
    """

    endpoint: str
    topic: str
    auth: TokenAuth | OAuth2 = attrs.field(validator=attrs.validators.instance_of((TokenAuth, OAuth2)))
    auth_name: str | None = None


@attrs.frozen(kw_only=True)
class DatadogSink:
    """A Datadog account.

    Attributes:
        api_key: API key of the account.
        site: Datadog site, such as ``datadoghq.eu``; by default the service chooses.
    """

    api_key: Secret = attrs.field(converter=_secret)
    site: str | None = None


TelemetrySink: TypeAlias = KafkaSink | PrometheusSink | CloudWatchSink | SplunkSink | PulsarSink | DatadogSink
"""Any of them: what metrics can be exported to."""
