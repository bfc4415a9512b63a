"""Numbers that getaddrinfo() takes for an IPv4 address."""

import pynet
from connecting import outgoing
from harness import listen, run, where


def main():
    hosts = ["127.1", "0x7f.1", "2130706433", "0177.0.0.1"]

    def connected(sock):
        sock.end()
        sock.resume()

    def proceed(had_error=False):
        if not hosts:
            server.close()
            return
        host = hosts.pop(0)
        outgoing({"port": where(server)["port"], "host": host}, host).on("close", proceed)

    server = pynet.create_server(connected)
    listen(server, proceed)


run(main)
