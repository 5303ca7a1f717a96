"""Sinks on the wire: what is sent to set one, and what is made of the answer."""

from typing import Any, TypeVar

import attrs

from astra_devops._rest.models.common import (
    PrometheusConfig,
    PulsarAuthStrategy,
    PulsarConfig,
    PulsarOAuth2TelemetryRequest,
    PulsarTelemetryRequest,
    PulsarTokenAuthTelemetryRequest,
    TelemetryConfig,
)
from astra_devops._rest.models.telemetry import (
    CloudWatchTelemetryRequest,
    CloudWatchTelemetryRequestBlock,
    DatadogTelemetryRequest,
    DatadogTelemetryRequestBlock,
    KafkaTelemetryRequest,
    KafkaTelemetryRequestBlock,
    PrometheusAuthStrategy,
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

Request = (
    KafkaTelemetryRequest
    | RemotePrometheusTelemetryRequest
    | CloudWatchTelemetryRequest
    | SplunkTelemetryRequest
    | PulsarTelemetryRequest
    | DatadogTelemetryRequest
)


def checked(sink: S, *kinds: type[S]) -> S:
    """Check that a sink is of one of some kinds, and that all its texts and secrets say something.

    Raises:
        TypeError: it is none of them.
        ValueError: a text is empty, or a secret is empty or was withheld by the service that the
            sink was read from.
    """
    if not isinstance(sink, kinds):
        raise TypeError(f"sink must be a {' or a '.join(kind.__name__ for kind in kinds)}, not {type(sink).__name__}")
    _check(sink, "sink")
    return sink


def _check(value: Any, name: str) -> None:
    if isinstance(value, Secret):
        checks.secret(value, name)
    elif isinstance(value, tuple):
        if not value:
            raise ValueError(f"{name} must not be empty")
        for item in value:
            checks.string(item, name)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            inside = getattr(value, field.name)
            if inside is not None or field.default is attrs.NOTHING:
                _check(inside, f"{name}.{field.name}")
    else:
        checks.string(value, name)


def request_of(sink: TelemetrySink) -> Request:
    """Make the body that sets a sink."""
    match sink:
        case KafkaSink():
            return KafkaTelemetryRequest(
                kafka=KafkaTelemetryRequestBlock(
                    bootstrap_servers=list(sink.bootstrap_servers),
                    topic=sink.topic,
                    sasl_mechanism=sink.sasl_mechanism,
                    sasl_username=sink.sasl_username,
                    sasl_password=sink.sasl_password,
                    security_protocol=sink.security_protocol,
                )
            )
        case PrometheusSink():
            return RemotePrometheusTelemetryRequest(prometheus_remote=_prometheus_request(sink))
        case CloudWatchSink():
            block = CloudWatchTelemetryRequestBlock(access_key=sink.access_key, secret=sink.secret_key, region=sink.region)
            return CloudWatchTelemetryRequest(cloudwatch=block)
        case SplunkSink():
            return SplunkTelemetryRequest(
                splunk=SplunkTelemetryRequestBlock(
                    endpoint=sink.endpoint, index=sink.index, token=sink.token, source=sink.source, sourcetype=sink.sourcetype
                )
            )
        case PulsarSink():
            return pulsar_request_of(sink)
        case DatadogSink():
            return DatadogTelemetryRequest(datadog=DatadogTelemetryRequestBlock(api_key=sink.api_key, site=sink.site))


def _prometheus_request(sink: PrometheusSink) -> RemotePrometheusBasicAuthTelemetryRequest | RemotePrometheusBearerAuthTelemetryRequest:
    match sink.auth:
        case BasicAuth(user=user, password=password):
            return RemotePrometheusBasicAuthTelemetryRequest(
                endpoint=sink.endpoint, auth_strategy=PrometheusAuthStrategy.BASIC, user=user, password=password
            )
        case BearerAuth(token=token):
            return RemotePrometheusBearerAuthTelemetryRequest(
                endpoint=sink.endpoint, auth_strategy=PrometheusAuthStrategy.BEARER, token=token
            )


def pulsar_request_of(sink: PulsarSink) -> PulsarTelemetryRequest:
    """Make the body that sets a Pulsar sink."""
    block: PulsarTokenAuthTelemetryRequest | PulsarOAuth2TelemetryRequest
    match sink.auth:
        case TokenAuth(token=token):
            block = PulsarTokenAuthTelemetryRequest(
                endpoint=sink.endpoint,
                auth_strategy=PulsarAuthStrategy.TOKEN,
                topic=sink.topic,
                auth_name=sink.auth_name,
                token=token,
            )
        case OAuth2() as client:
            block = PulsarOAuth2TelemetryRequest(
                endpoint=sink.endpoint,
                auth_strategy=PulsarAuthStrategy.OAUTH2,
                topic=sink.topic,
                auth_name=sink.auth_name,
                oauth2_credentials_url=client.credentials_url,
                oauth2_issuer_url=client.issuer_url,
                oauth2_audience=client.audience,
                oauth2_scope=client.scope,
            )
    return PulsarTelemetryRequest(pulsar=block)


def sink_of(config: TelemetryConfig) -> TelemetrySink | None:
    """Make the sink that an answer tells of; None if it tells of none that this version knows.

    What it leaves out is an empty text.
    """
    if (kafka := config.kafka) is not None:
        return KafkaSink(
            bootstrap_servers=kafka.bootstrap_servers or (),
            topic=kafka.topic or "",
            sasl_mechanism=kafka.sasl_mechanism or "",
            sasl_username=kafka.sasl_username or "",
            sasl_password=_told(kafka.sasl_password),
            security_protocol=kafka.security_protocol,
        )
    if config.prometheus_remote is not None:
        return _prometheus_of(config.prometheus_remote)
    if (cloud := config.cloudwatch) is not None:
        return CloudWatchSink(access_key=_told(cloud.access_key), secret_key=_told(cloud.secret), region=cloud.region or "")
    if (splunk := config.splunk) is not None:
        return SplunkSink(
            endpoint=splunk.endpoint or "",
            index=splunk.index or "",
            token=_told(splunk.token),
            source=splunk.source,
            sourcetype=splunk.sourcetype,
        )
    if (datadog := config.datadog) is not None:
        return DatadogSink(api_key=_told(datadog.api_key), site=datadog.site)
    return pulsar_of(config.pulsar)


def _prometheus_of(block: PrometheusConfig) -> PrometheusSink:
    basic = block.auth_strategy == PrometheusAuthStrategy.BASIC if block.auth_strategy else block.user is not None
    auth = BasicAuth(block.user or "", _told(block.password)) if basic else BearerAuth(_told(block.token))
    return PrometheusSink(endpoint=block.endpoint or "", auth=auth)


def pulsar_of(block: PulsarConfig | None) -> PulsarSink | None:
    """Make the Pulsar sink that an answer tells of."""
    if block is None:
        return None
    auth: TokenAuth | OAuth2 = TokenAuth(_told(block.token))
    if block.auth_strategy == PulsarAuthStrategy.OAUTH2 or block.oauth2_issuer_url:
        auth = OAuth2(
            credentials_url=_told(block.oauth2_credentials_url),
            issuer_url=block.oauth2_issuer_url or "",
            audience=block.oauth2_audience,
            scope=block.oauth2_scope,
        )
    return PulsarSink(endpoint=block.endpoint or "", topic=block.topic or "", auth=auth, auth_name=block.auth_name)


def _told(secret: Secret | None) -> Secret:
    """Return a secret as the service tells it; one that is left out, empty or a row of asterisks was withheld."""
    return secret if secret is not None and secret.reveal().strip("*") else redacted_secret()
