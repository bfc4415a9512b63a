"""An exception in the 'ready' listener: uncaught."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def connected(sock):
        sock.end("x")
        server.close()

    def fail():
        raise RuntimeError("in ready")

    def listening():
        client = connect(server, {})
        client.on("ready", fail)
        record(client, "main/C", "connect ready data end error close")

        def later():
            trace("main", "later", state(client))
            client.destroy()

        pynet.set_timeout(later, 60)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
