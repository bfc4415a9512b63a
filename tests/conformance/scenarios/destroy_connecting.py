"""destroy() while connecting: only 'close', and the connect listener never runs."""

import pynet
from harness import connect, listen, note, record, run, settle, state, trace


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    def listening():
        client = connect(server, {}, note("C", "connect listener"))
        record(client, "C", "connect ready error end finish close")
        client.destroy()
        trace("C", "after destroy", state(client))
        client.on("close", lambda had_error: settle(lambda: server.close()))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
