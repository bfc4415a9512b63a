"""setNoDelay() in every state returns the socket."""

import pynet
from connecting import outgoing, serve
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing({**target, "no_delay": True})
        trace("C", "connecting", client.set_no_delay(False) is client, client.set_no_delay(True) is client)
        client.on("connect", lambda: trace("C", "connected", client.set_no_delay(False) is client))
        client.on("close", lambda had_error: trace("C", "closed", client.set_no_delay() is client))

    sock = pynet.Socket({"no_delay": True})
    trace("fresh", "set", sock.set_no_delay() is sock, sock.set_no_delay(False) is sock)
    serve(serving)


run(main)
