"""Benchmarks: ratios to other clients, measured interleaved in one run.

These are not tests: nothing here asserts a time.
"""
