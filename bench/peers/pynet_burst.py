"""Answers whatever comes with 1,000 writes of 64 bytes, in the listener."""

import pynet
import support

WRITES, LINE = 1000, b"x" * 64


def on_connection(sock):
    def on_data(_request):
        write = sock.write
        for _ in range(WRITES):
            write(LINE)

    sock.on("data", on_data)


def start():
    server = pynet.create_server(on_connection, no_delay=True)
    path = support.unix_path()
    if path is None:
        server.listen(0, "127.0.0.1", lambda: support.announce(server.address().port, pynet._pynet._counts))
    else:
        server.listen(path, lambda: support.announce(path, pynet._pynet._counts))


if __name__ == "__main__":
    pynet.run(start)
