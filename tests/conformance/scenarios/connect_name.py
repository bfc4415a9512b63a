"""connect() to a name: 'lookup' with the address, then 'connect'."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def listening():
        client = connect(server, {"host": "localhost", "family": 4})
        record(client, "C", "lookup connect ready close")
        trace("C", "after connect", state(client))
        client.on("lookup", lambda err, address, family, host: trace("C", "state in lookup", state(client)))
        client.resume()
        client.on("close", lambda had_error: server.close())

    server = pynet.create_server(lambda sock: sock.destroy())
    listen(server, listening)


run(main)
