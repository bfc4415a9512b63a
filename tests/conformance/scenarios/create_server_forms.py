"""The connection listener given to createServer(), with options or alone, comes before those added later."""

import pynet
from harness import connect, listen, run, trace


def main():
    server = pynet.create_server({"allowHalfOpen": True}, lambda sock: trace("srv", "listener", sock.allow_half_open))

    def second(sock):
        trace("srv", "second listener")
        sock.destroy()
        server.close()

    server.on("connection", second)
    listen(server, lambda: connect(server, {}).resume())


run(main)
