"""What keeps run() going: a server until a signal, for `echo` and `proxy`; a timer, for `connect` and `listen`."""

from __future__ import annotations

import pynet
from pynet._cli.errors import FAILED
from pynet._cli.text import complain, say
from pynet._cli.where import listening_text

FOREVER = 2**31 - 1  # milliseconds


def keep_running() -> pynet.Timeout:
    """A timer that keeps run() from returning, until it is cleared.

    A socket alone does not when it is neither read nor written: after the peer's end, while stdin goes on.
    """
    return pynet.set_interval(lambda: None, FOREVER)


def serve(server: pynet.Server, options: pynet.ListenOptions) -> int:
    """Prints where it listens, and serves until SIGINT or SIGTERM. The exit status is 1 when it cannot listen."""
    failed = False

    def on_error(err: pynet.NetError) -> None:
        nonlocal failed
        failed = failed or not server.listening
        complain(err)

    def main() -> None:
        server.on("error", on_error)
        server.listen(options, lambda: say(listening_text(server)))

    pynet.run(main, signals=True)
    return FAILED if failed else 0
