"""Our client and emulator against the OpenAPI file that the vendor has published."""
