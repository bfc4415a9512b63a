"""An exception in a 'connect' listener: uncaught, no 'ready', and the socket stays open."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.resume()
        server.close()

    def fail():
        raise RuntimeError("in connect")

    def listening():
        client = connect(server, {})
        client.on("connect", fail)
        record(client, "main/C", "connect ready error end close")

        def later():
            trace("main", "later", state(client))
            client.destroy()

        pynet.set_timeout(later, 60)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
