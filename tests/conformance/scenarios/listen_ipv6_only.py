"""ipv6Only: a peer of IPv4 is refused, one of IPv6 is not."""

import pynet
from harness import record, run, trace


def main():
    def listening():
        port = server.address().port
        trace("srv", "address", server.address())

        def refused(had_error):
            six = pynet.connect(port, "::1")
            record(six, "six", "connect error close")
            six.resume().on("close", lambda had_error: server.close())

        four = pynet.connect(port, "127.0.0.1")
        record(four, "four", "connect error close")
        four.on("close", refused)

    server = pynet.create_server(lambda sock: sock.end())
    server.listen({"port": 0, "host": "::", "ipv6_only": True}, listening)


run(main)
