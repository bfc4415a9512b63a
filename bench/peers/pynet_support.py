"""What pynet's servers share."""

import pynet
import support


def listen(server, place=1):
    """Listen at the unix path in argument `place`, or on a free port, and announce where."""
    path = support.unix_path(place)
    where = {"path": path} if path else {"host": "127.0.0.1", "port": 0}
    server.listen(
        {**where, "backlog": support.BACKLOG},
        lambda: support.announce(path or server.address().port, pynet._pynet._counts),
    )
