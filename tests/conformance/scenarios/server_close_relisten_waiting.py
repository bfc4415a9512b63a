"""listen() again while a connection of the first time is open: close of the first time comes when both are closed."""

import pynet
from harness import answer, connect, listen, place, record, run, settle, trace


def main():
    def connected(sock):
        trace("srv", "connection")
        server.close(answer("srv", "first close"))

        def again():
            trace("srv", "listening again")
            sock.destroy()
            settle(lambda: server.close(answer("srv", "second close")))

        listen(server, again, place("other.sock"))

    server = pynet.create_server(connected)
    record(server, "srv", "listening close")
    listen(server, lambda: connect(server, {}).resume())


run(main)
