"""The documentation site: blocking tabs, reference, ``llms.txt`` and the check of links."""
