"""The bridge that ``astra_devops.blocking`` runs on, and the blocking twins of pager and operation.

A bridge is an asyncio event loop in a daemon thread. Calls reach it by ``call_soon_threadsafe``.
anyio runs what goes the other way, the user's plain callbacks: each in a worker thread, under a
limiter of its own.
"""
