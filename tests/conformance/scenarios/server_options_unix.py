"""noDelay and keepAlive mean nothing to a unix server."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        trace("S", "accepted", sock.is_paused(), sock.allow_half_open)
        record(sock, "S", "error close")
        sock.destroy()
        server.close()

    row = {
        "no_delay": True,
        "keep_alive": True,
        "keep_alive_initial_delay": 1000,
        "pause_on_connect": True,
        "allow_half_open": True,
    }
    server = pynet.create_server(row, connected)
    listen(server, lambda: connect(server, {}).resume())


run(main)
