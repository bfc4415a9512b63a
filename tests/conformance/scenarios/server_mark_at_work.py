"""A server with a small mark: write() is false at once when the socket is corked."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        sock.cork()
        trace("S", "write", sock.write("abc"), sock.write("d"), sock.writable_need_drain)
        sock.uncork()
        sock.end()
        sock.resume()
        server.close()

    server = pynet.create_server({"high_water_mark": 4}, connected)
    listen(server, lambda: record(connect(server, {}), "C", "data end close"))


run(main)
