"""The property blockList can be set after the server was made, and taken away."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        trace("srv", "connection")
        sock.destroy()
        server.close()

    def listening():
        def closed(had_error):
            server.block_list = None
            connect(server, {}).resume()

        blocked = connect(server, {})
        record(blocked, "blocked", "connect ready data end error close")
        blocked.resume().on("close", closed)

    block_list = pynet.BlockList()
    block_list.add_range("127.0.0.1", "127.0.0.9")
    server = pynet.create_server(connected)
    trace("srv", "fresh", server.block_list)
    server.block_list = block_list
    trace("srv", "set", server.block_list is block_list)
    listen(server, listening)


run(main)
