"""The resources of the service, one noun per file, named as in the client."""
