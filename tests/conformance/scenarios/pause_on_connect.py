"""pauseOnConnect: nothing is read, a 'data' listener does not start it, resume() does."""

import pynet
from harness import connect, listen, record, run, settle, trace


def main():
    def connected(sock):
        trace("S", "paused", sock.is_paused())
        record(sock, "S", "data end close")
        server.close()

        def settled():
            trace("S", "settled", sock.is_paused(), sock.bytes_read)
            sock.resume()
            trace("S", "resumed", sock.is_paused())

        settle(settled)

    server = pynet.create_server({"pauseOnConnect": True}, connected)
    listen(server, lambda: connect(server, {}).end("first words"))


run(main)
