"""Generator of ``blocking/`` from the async clients."""
