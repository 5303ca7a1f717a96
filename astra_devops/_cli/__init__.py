"""Commands of ``python -m astra_devops``."""
