"""connect() by path and by options; with path and port the path is taken."""

import pynet
from harness import listen, note, place, record, run


def main():
    open_clients = 3

    def connected(sock):
        sock.end()
        sock.resume()

    def follow(client, who):
        record(client, who, "connect close")
        client.resume()

        def closed(had_error):
            nonlocal open_clients
            open_clients -= 1
            if open_clients == 0:
                server.close()

        client.on("close", closed)

    def listening():
        follow(pynet.connect(place("s.sock"), note("C1", "listener")), "C1")
        follow(pynet.connect(path=place("s.sock")), "C2")
        follow(pynet.create_connection({"path": place("s.sock"), "port": 1}), "C3")

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
