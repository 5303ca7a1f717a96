"""The way of a request from the socket to a resource, and of its answer back.

``server`` is the sockets; ``service`` the API without any network; ``edge`` what is served besides
the API; ``delivery`` sends an answer, with the faults that apply to it.
"""
