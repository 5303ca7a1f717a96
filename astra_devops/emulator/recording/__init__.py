"""Recording a service and replaying the recording."""
