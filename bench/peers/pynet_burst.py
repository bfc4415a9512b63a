"""Answers each request with 1,000 writes of 64 bytes, in the listener."""

import pynet
import pynet_support

WRITES, LINE = 1000, b"x" * 64


def on_connection(sock):
    def on_data(_request):
        write = sock.write
        for _ in range(WRITES):
            write(LINE)

    sock.on("data", on_data)


def start():
    server = pynet.create_server(on_connection, no_delay=True)
    pynet_support.listen(server)


if __name__ == "__main__":
    pynet.run(start)
