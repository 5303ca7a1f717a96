"""Benchmarks: ratios against named peers, measured interleaved in one run.

Not a test; nothing here asserts a time.
"""
