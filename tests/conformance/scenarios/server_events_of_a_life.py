"""All events of a server and its sockets in order, with the ticks between."""

import pynet
from harness import connect, listen, note, record, run


def main():
    server = pynet.create_server()

    def connected(sock):
        pynet.next_tick(note("srv", "tick after connection"))
        server.close()

        def destroy():
            sock.destroy()
            pynet.next_tick(note("srv", "tick after destroy"))

        pynet.next_tick(destroy)

    record(server, "srv", "listening connection drop error close")
    server.on("listening", lambda: pynet.next_tick(note("srv", "tick after listening")))
    server.on("connection", connected)
    server.on("close", lambda: pynet.next_tick(note("srv", "tick after close")))
    listen(server, lambda: connect(server, {}).resume())


run(main)
