"""An unref'd socket: the connection under way is still made, then nothing holds the loop."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    server = pynet.create_server(lambda sock: sock.unref())
    server.unref()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready close")
        client.unref()
        trace("C", "unref")

    listen(server, listening)


run(main)
