"""A destroyed connection makes room at once, one that is only ended does not."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    seen = []

    def connected(sock):
        trace("srv", "connection")
        sock.end()
        if not seen:
            seen.append(sock)

            def dropped(data):
                trace("srv", "drop")
                sock.destroy()
                connect(server, {}).resume()

            server.once("drop", dropped)
            connect(server, {"allow_half_open": True}).resume()
            return
        sock.destroy()
        server.close()

    def listening():
        client = connect(server, {"allow_half_open": True}).resume()
        client.on("end", lambda: client.end())

    server = pynet.create_server(connected)
    server.max_connections = 1
    record(server, "srv", "close")
    listen(server, listening)


run(main)
