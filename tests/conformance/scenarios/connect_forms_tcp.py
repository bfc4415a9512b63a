"""connect() by port and host, by options, by createConnection() and on a Socket of one's own."""

import pynet
from harness import listen, note, record, run, trace, where


def main():
    open_clients = 4

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
        target = where(server)
        port, host = target["port"], target["host"]
        follow(pynet.connect(port, host, note("C1", "listener")), "C1")
        follow(pynet.connect(target, note("C2", "listener")), "C2")
        follow(pynet.create_connection(str(port), host), "C3")
        own = pynet.Socket()
        follow(own, "C4")
        trace("C4", "returns itself", own.connect(port=port, host=host) is own)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
