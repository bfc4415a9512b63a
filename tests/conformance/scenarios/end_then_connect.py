"""A socket that ended before it ever connected is whole again after connect()."""

import pynet
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client.connect(where(server), lambda: client.end("data after all"))
        trace("C", "after connect", state(client))

    server = pynet.create_server(connected)
    client = pynet.Socket()
    record(client, "C", "connect prefinish finish end close")
    client.resume()
    client.end()
    client.once("finish", lambda: listen(server, listening))


run(main)
