"""Saving the state of an emulator: ``snapshot`` turns it into JSON, ``files`` writes that."""
