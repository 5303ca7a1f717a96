"""The generators of ``_rest/``, ``_contract/``, ``blocking/``, ``models/`` and the tables in docs/.

``rest/`` takes the contract and its overlay through these steps: load, repair, check, apply the
overlay, check again, parse into a model, arrange into modules, render. ``blocking/`` and
``public_models`` read the source of the async client, ``pages/`` that of client and emulator. The
other modules of this folder format and write the results.

A document is untrusted. Its text reaches the output only through :mod:`.text` (literals and
docstrings) and :mod:`.rest.names` (identifiers).
"""
