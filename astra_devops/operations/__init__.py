"""Waiting for operations that the service has accepted.

A resource starts an operation through ``factory.OperationFactory``. The user gets a handle
(``handle.AsyncOperation``), which waits with a ``wait_loop.WaitLoop``. The loop polls the condition
of the operation's kind (``kinds``, ``conditions/``) until it holds.
"""
