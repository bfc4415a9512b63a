"""An exception in a 'connection' listener: uncaught; the socket stays open and counted, the server goes on."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def connected(sock):
        sock.on("error", lambda err: None)

        def counted(err, count):
            trace("main", "connections", count, state(sock))
            sock.destroy()
            server.close()

        pynet.next_tick(lambda: server.get_connections(counted))
        raise RuntimeError("in connection")

    server = pynet.create_server(connected)
    record(server, "main/srv", "error close")
    listen(server, lambda: connect(server, {}).on("error", lambda err: None).resume())


run(main)
