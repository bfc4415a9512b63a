"""A peer on the block list is closed without any event of the server; others are served."""

import pynet
from harness import note, record, run, trace


def main():
    block_list = pynet.BlockList()
    block_list.add_address("127.0.0.1")

    def connected(sock):
        trace("srv", "connection", sock.remote_address)
        sock.destroy()
        server.close()

    def listening():
        port = server.address().port

        def closed(had_error):
            server.get_connections(note("srv", "connections"))
            block_list.clear()
            pynet.connect(port, "127.0.0.1").resume()

        blocked = pynet.connect(port, "127.0.0.1")
        record(blocked, "blocked", "connect ready data end error close")
        blocked.resume().on("close", closed)

    server = pynet.create_server({"block_list": block_list}, connected)
    record(server, "srv", "drop error close")
    server.listen(0, "0.0.0.0", listening)


run(main)
