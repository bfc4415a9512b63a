"""pause() before the connection: nothing is read until resume()."""

import pynet
from harness import connect, listen, record, run, settle, trace


def main():
    def connected(sock):
        sock.end("early")
        server.close()

    def listening():
        client = connect(server, {})
        client.pause()
        record(client, "C", "connect data end close")

        def settled():
            trace("C", "settled", client.is_paused())
            client.resume()

        client.on("connect", lambda: settle(settled))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
