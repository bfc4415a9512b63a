"""A rule of IPv4 fits a peer of IPv4 that a server at :: sees by its mapped address, not the one of IPv6."""

import pynet
from harness import record, run, trace


def main():
    def connected(sock):
        trace("srv", "connection", sock.remote_address)
        sock.destroy()
        server.close()

    def listening():
        port = server.address().port
        blocked = pynet.connect(port, "127.0.0.1")
        record(blocked, "blocked", "connect ready data end error close")
        blocked.resume().on("close", lambda had_error: pynet.connect(port, "::1").resume())

    block_list = pynet.BlockList()
    block_list.add_address("127.0.0.1", "ipv4")
    server = pynet.create_server({"block_list": block_list}, connected)
    server.listen(0, "::", listening)


run(main)
