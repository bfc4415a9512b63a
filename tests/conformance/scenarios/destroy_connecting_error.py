"""destroy(error) while connecting: 'error', then 'close' with true."""

import pynet
from harness import connect, listen, record, run, settle


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready error end finish close")
        client.destroy(RuntimeError("changed my mind"))
        client.on("close", lambda had_error: settle(lambda: server.close()))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
