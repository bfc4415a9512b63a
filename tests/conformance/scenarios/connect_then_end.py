"""end() with data while connecting: the connection is made, the data sent, then the end."""

import pynet
from harness import answer, connect, listen, record, run, state, trace


def main():
    def connected(sock):
        record(sock, "S", "data end prefinish finish close")
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready prefinish finish end close")
        client.end("all of it", answer("C", "end callback"))
        trace("C", "after end", state(client), client.bytes_written)
        client.resume()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
