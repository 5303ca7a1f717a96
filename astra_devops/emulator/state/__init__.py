"""The parts of the emulated service's state that several resources share."""
