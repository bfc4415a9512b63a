"""A socket made of a BoundSocket: its address is known before it connects, and it tries at once."""

import pynet
from connecting import EVENTS, serve
from harness import record, run, state, trace


def main():
    def serving(target, server):
        bound = pynet.BoundSocket({"host": "127.0.0.1"})
        port = bound.address().port
        sock = pynet.Socket({"handle": bound})
        record(sock, "C", EVENTS)
        sock.resume()
        trace("C", "made", state(sock), sock.local_address, sock.local_port == port, sock.remote_address)
        sock.connect(target)
        trace("C", "after connect", state(sock))
        sock.on("connect", lambda: trace("C", "local", sock.local_port == port))

    serve(serving)


run(main)
