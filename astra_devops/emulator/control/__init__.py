"""Control over HTTP: what Python tests do with an emulator, for programs in any language."""
