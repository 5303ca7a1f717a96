"""The generators: contract and overlay in, ``_rest/``, ``_contract/`` and ``blocking/`` out.

The way of a document through them: load, repair, check, overlay, check again, parse into the model,
arrange into modules, render, format, write. Text of a document is untrusted on the whole way: it
reaches the output only through :mod:`.text` (literals, docstrings) and :mod:`.names` (identifiers).
"""
