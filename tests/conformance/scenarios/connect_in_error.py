"""connect() in the 'error' of a refused connection."""

import functools

import pynet
from connecting import outgoing
from harness import listen, nowhere, run, state, trace, where


def main():
    def connected(sock):
        sock.on("data", lambda chunk: trace("srv", "data", chunk))
        sock.on("close", lambda had_error: server.close())

    def going(empty):
        def failed(err):
            later = client.write, "new", lambda err: pynet.set_timeout(client.destroy, 50)
            client.connect(where(server), functools.partial(*later))
            trace("C", "again", state(client))

        client = outgoing(empty)
        client.once("error", failed)

    server = pynet.create_server(connected)
    listen(server, lambda: nowhere(going))


run(main)
