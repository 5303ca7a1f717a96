"""Scripted faults: how they are written, stored and described."""
