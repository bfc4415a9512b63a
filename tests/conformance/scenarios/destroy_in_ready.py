"""destroy() in the 'ready' listener: only 'close' follows."""

import pynet
from harness import connect, listen, record, run


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.resume()
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready data error end finish close")
        client.on("ready", lambda: client.destroy())

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
