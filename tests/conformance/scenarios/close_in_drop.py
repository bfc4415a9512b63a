"""close() of the server in its 'drop' listener."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def connected(sock):
        connect(server, {}).on("error", lambda err: None).resume()

        def dropped(data):
            server.close(answer("srv", "callback"))
            trace("srv", "drop", server.listening)
            sock.destroy()

        server.on("drop", dropped)

    server = pynet.create_server(connected)
    server.max_connections = 1
    record(server, "srv", "close")
    listen(server, lambda: connect(server, {}).resume())


run(main)
