"""connect() to an address: nothing is emitted in the turn of the call."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def listening():
        client = connect(server, {})
        trace("C", "after connect", state(client))
        pynet.next_tick(lambda: trace("C", "tick", state(client)))
        record(client, "C", "connect close")
        client.resume()
        client.on("close", lambda had_error: server.close())

    server = pynet.create_server(lambda sock: sock.destroy())
    listen(server, listening)


run(main)
