"""A blocked peer that comes when the server is full is dropped, with drop."""

import pynet
from harness import connect, listen, note, record, run, trace


def main():
    def dropped(data):
        trace("srv", "drop", data["remoteAddress"])
        server.max_connections = 1

    def listening():
        def first_closed(had_error):
            second = connect(server, {})
            record(second, "second", "connect end error close")
            second.resume().on("close", lambda had_error: server.close(lambda err: trace("srv", "closed")))

        first = connect(server, {})
        record(first, "first", "connect end error close")
        first.resume().on("close", first_closed)

    block_list = pynet.BlockList()
    block_list.add_address("127.0.0.1")
    server = pynet.create_server({"block_list": block_list}, note("srv", "connection"))
    server.max_connections = 0
    server.on("drop", dropped)
    listen(server, listening)


run(main)
