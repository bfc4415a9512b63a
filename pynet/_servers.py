"""servers(), close_all(): the servers of this process that listen."""

from __future__ import annotations

from pynet import _private, _pynet
from pynet._server import shutdown

__all__ = ["close_all", "servers"]


def servers() -> list[_pynet.Server]:
    """servers() -> list of the servers of this process that listen, in the order in which they began to listen."""
    # One may listen on several addresses; a subclass may not be hashable.
    return list({id(server): server for server, _ in _private.server_list()}.values())


def close_all() -> int:
    """close_all() -> the number of servers that it closed: all that listen, with their connections, at once.

    It is like server.shutdown(0) of each. When it returns, their ports and paths can be listened on again. It is for
    tests, and for a notebook in which you run a cell again that listens.
    """
    closed = servers()
    for server in closed:
        shutdown(server, 0)
    return len(closed)


closeAll = close_all
