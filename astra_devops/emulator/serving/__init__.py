"""From the socket to a resource and back."""
