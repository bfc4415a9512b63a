"""noDelay, keepAlive and its delay, on the accepted socket as the system has them."""

import pynet
from descriptors import options
from harness import connect, listen, run, trace


def main():
    rows = {
        "nothing": {},
        "noDelay": {"no_delay": True},
        "keepAlive": {"keep_alive": True},
        "keepAlive, delay": {"keep_alive": True, "keep_alive_initial_delay": 5000},
        "keepAlive, delay below a second": {"keep_alive": True, "keep_alive_initial_delay": 999},
        "keepAlive, delay cut to seconds": {"keep_alive": True, "keep_alive_initial_delay": 2999},
        "keepAlive, delay below 0": {"keep_alive": True, "keep_alive_initial_delay": -5000},
        "delay alone": {"keep_alive_initial_delay": 5000},
        "all": {"no_delay": True, "keep_alive": True, "keep_alive_initial_delay": 1000},
        "all off": {"no_delay": False, "keep_alive": False, "keep_alive_initial_delay": 1000},
    }

    def start(label, row):
        def connected(sock):
            trace(label, "accepted", options(sock.fileno()))
            sock.destroy()
            server.close()

        server = pynet.create_server(row, connected)
        listen(server, lambda: connect(server, {}).resume())

    for label, row in rows.items():
        start(label, row)


run(main)
