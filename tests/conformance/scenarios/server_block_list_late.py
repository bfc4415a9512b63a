"""A rule that is added while the server runs counts for the next connection, not for those that are there."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        trace("srv", "connection")
        block_list.add_subnet("127.0.0.0", 8)

        def closed(had_error):
            sock.end("still there").resume()
            server.close()

        blocked = connect(server, {})
        record(blocked, "blocked", "connect ready data end error close")
        blocked.resume().on("close", closed)

    block_list = pynet.BlockList()
    server = pynet.create_server({"block_list": block_list})
    server.once("connection", connected)
    listen(server, lambda: record(connect(server, {}), "C", "data end error close"))


run(main)
