"""The thread and portal behind ``astra_devops.blocking``, and the blocking twins of the pager and the operation."""
