"""connect() with an adopted BoundSocket: an address of the other family fails at once, local_address is refused."""

import pynet
from harness import attempt, record, run, state, trace


def main():
    wrong = pynet.Socket(handle=pynet.BoundSocket(host="127.0.0.1"))
    for more in ({"localAddress": "127.0.0.1"}, {"localPort": 5}):
        attempt("main", "local", lambda more=more: wrong.connect({"port": 1, "host": "127.0.0.1", **more}))
    wrong.destroy()
    sock = pynet.Socket(handle=pynet.BoundSocket(host="127.0.0.1"))
    record(sock, "C", "connectionAttempt connectionAttemptFailed error close")
    sock.connect({"port": 1, "host": "::1"})
    trace("C", "after", state(sock))


run(main)
