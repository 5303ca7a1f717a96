"""Tests of the contract: the specification, the decoding of examples, the requests on the wire."""
