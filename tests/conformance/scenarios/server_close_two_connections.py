"""close() waits for the last of two connections; the server's close comes before that of the socket."""

import pynet
from harness import answer, connect, listen, note, run, settle, trace


def main():
    socks = []

    def connected(sock):
        sock.on("close", lambda had_error: trace("main/S", "close", socks.index(sock)))
        socks.append(sock)
        if len(socks) < 2:
            connect(server, {}).resume()
            return
        server.close(answer("main", "close callback"))
        server.get_connections(note("main", "connections"))
        settle(first)

    def first():
        socks[0].destroy()
        settle(second)

    def second():
        server.get_connections(note("main", "connections"))
        settle(lambda: socks[1].destroy())

    server = pynet.create_server(connected)
    server.on("close", lambda: trace("main/srv", "close"))
    listen(server, lambda: connect(server, {}).resume())


run(main)
