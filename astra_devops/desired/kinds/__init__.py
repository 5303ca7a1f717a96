"""One module for each kind of resource: how it is declared, read, compared and written."""
