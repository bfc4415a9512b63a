"""ipv6Only without a host."""

import pynet
from harness import record, run, trace


def main():
    def listening():
        trace("srv", "address", server.address())
        four = pynet.connect(server.address().port, "127.0.0.1")
        record(four, "four", "connect error close")
        four.on("close", lambda had_error: server.close())

    server = pynet.create_server()
    server.listen({"port": 0, "ipv6_only": True}, listening)


run(main)
