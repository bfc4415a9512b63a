"""highWaterMark of a server is the mark of both sides of its sockets."""

import pynet
from harness import connect, listen, run, trace


def main():
    rows = {
        "nothing": {},
        "1000": {"high_water_mark": 1000},
        "zero": {"high_water_mark": 0},
        "another": {"readable_high_water_mark": 5, "writable_high_water_mark": 6},
    }

    def start(label, row):
        def connected(sock):
            trace(label, "marks", sock.readable_high_water_mark, sock.writable_high_water_mark)
            sock.destroy()
            server.close()

        server = pynet.create_server(row, connected)
        listen(server, lambda: connect(server, {}).resume(), f"{label}.sock")

    for label, row in rows.items():
        start(label, row)


run(main)
