"""One signal for two sockets: both are destroyed at once, in the order made."""

import pynet
from harness import nowhere, run, state, trace


def main():
    def going(target):
        sockets = []
        for who in "one", "two":
            sock = pynet.Socket({"signal": controller.signal})
            sock.on("error", lambda err, who=who: trace("main", f"{who} error", err))
            sock.on("close", lambda had_error, who=who: trace("main", f"{who} close"))
            sockets.append(sock)
        heard = "abort", lambda *event: trace("main", "listener", list(map(state, sockets)))
        controller.signal.add_event_listener(*heard)
        controller.abort()
        trace("main", "after", list(map(state, sockets)))

    controller = pynet.AbortController()
    nowhere(going)


run(main)
