"""The generators of ``_rest/``, ``_contract/``, ``blocking/`` and tables in the documentation.

``rest/`` takes the contract and its overlay through these steps: load, repair, check, apply the
overlay, check again, parse into a model, arrange into modules, render. ``blocking/`` reads the
source of the async client. The results are formatted and written by the modules of this folder.

A document is untrusted. Its text reaches the output only through :mod:`.text` (literals and
docstrings) and :mod:`.rest.names` (identifiers).
"""
