"""pauseOnConnect: nothing is read before resume(), and everything after it."""

import pynet
from harness import connect, listen, record, run, settle, trace


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        trace("S", "state", sock.is_paused(), sock.readable_flowing)

        def later():
            trace("S", "before", sock.bytes_read)
            sock.resume()
            server.close()

        settle(later)

    server = pynet.create_server({"pause_on_connect": True}, connected)
    listen(server, lambda: connect(server, {}).end("hello").resume())


run(main)
