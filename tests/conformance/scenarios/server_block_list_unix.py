"""The block list means nothing to a unix server."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        trace("srv", "connection")
        sock.end("hello")
        server.close()

    block_list = pynet.BlockList()
    block_list.add_subnet("0.0.0.0", 0)
    block_list.add_subnet("::", 0, "ipv6")
    server = pynet.create_server({"block_list": block_list}, connected)
    listen(server, lambda: record(connect(server, {}), "C", "connect data end error close"))


run(main)
