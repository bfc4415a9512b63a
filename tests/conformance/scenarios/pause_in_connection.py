"""pause() in the 'connection' listener holds everything back until resume()."""

import pynet
from harness import connect, listen, record, run, settle, trace


def main():
    def connected(sock):
        sock.pause()
        record(sock, "S", "data end close")
        server.close()

        def settled():
            trace("S", "settled", sock.is_paused())
            sock.resume()

        settle(settled)

    server = pynet.create_server(connected)
    listen(server, lambda: connect(server, {}).end("patience"))


run(main)
