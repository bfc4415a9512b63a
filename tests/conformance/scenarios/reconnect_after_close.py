"""A closed socket connects again: its listeners are kept, its counters start at 0."""

import pynet
from harness import listen, record, run, state, trace, where


def main():
    rounds = 0

    def connected(sock):
        sock.on("data", lambda chunk: sock.end(chunk))
        sock.on("end", lambda: trace("srv", "end"))

    def listening():
        client = pynet.Socket()
        record(client, "C", "connect ready data end error close")

        def closed(had_error):
            nonlocal rounds
            rounds += 1
            trace("C", "counters", client.bytes_read, client.bytes_written, state(client))
            if rounds == 2:
                server.close()
                return
            client.connect(where(server))
            trace("C", "again", state(client), client.bytes_read, client.bytes_written)
            client.write("more")

        client.on("close", closed)
        client.connect(where(server))
        client.write("some")

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
