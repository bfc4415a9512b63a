"""What an accepted socket is in its connection listener."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def connected(sock):
        trace("S", "state", state(sock), sock.readable_flowing, sock.bytes_read, sock.bytes_written, sock.timeout)
        trace("S", "listeners", sock.listener_count("data"), sock.listener_count("error"), sock.listener_count("close"))
        trace("S", "options", sock.allow_half_open, sock.is_paused())
        record(sock, "S", "connect ready data end close")
        server.close()

    server = pynet.create_server(connected)
    listen(server, lambda: connect(server, {}).end("hello").resume())


run(main)
