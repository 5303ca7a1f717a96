"""The generator of ``_rest/`` and ``_contract/`` from the contract and its overlay."""
