"""Events as spans and metrics of OpenTelemetry, with the extra ``astra-devops[opentelemetry]``."""
