"""close() waits for the connections: the server's 'close' and callback come before the last socket's 'close'."""

import pynet
from harness import answer, connect, listen, record, run, settle, trace


def main():
    def connected(sock):
        record(sock, "main/S", "close")
        server.close(answer("main/srv", "callback"))

        def destroy():
            trace("main", "destroy")
            sock.destroy()

        def counted(err, count):
            trace("main/srv", "connections", err, count)
            settle(destroy)

        server.get_connections(counted)

    server = pynet.create_server(connected)
    record(server, "main/srv", "close")
    listen(server, lambda: connect(server, {}).resume())


run(main)
