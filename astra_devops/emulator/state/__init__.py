"""State of the service that several resources share."""
