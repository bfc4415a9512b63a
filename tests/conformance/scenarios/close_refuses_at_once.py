"""After close() new connections are refused, although an old one is still open."""

import pynet
from harness import connect, listen, record, run, where


def main():
    def connected(sock):
        target = where(server)
        server.close()
        late = pynet.connect(target)
        record(late, "late", "connect error close")
        late.on("close", lambda had_error: sock.destroy())

    server = pynet.create_server(connected)
    record(server, "srv", "close")
    listen(server, lambda: connect(server, {}).resume())


run(main)
