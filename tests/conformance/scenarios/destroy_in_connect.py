"""destroy() in the 'connect' listener: 'ready' still comes, then 'close'."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.resume()
        server.close()

    def listening():
        client = connect(server, {})
        client.on("connect", lambda: client.destroy())
        record(client, "C", "connect ready error end finish close")
        client.on("ready", lambda: trace("C", "state", state(client)))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
