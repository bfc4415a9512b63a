"""connect() to an address: 'connectionAttempt' before 'connect'."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def listening():
        client = connect(server, {})
        record(client, "C", "lookup connectionAttempt connectionAttemptFailed connect ready close")
        client.on("connectionAttempt", lambda ip, port, family: trace("C", "state", state(client)))
        client.resume()
        client.on("close", lambda had_error: server.close())

    server = pynet.create_server(lambda sock: sock.destroy())
    listen(server, listening)


run(main)
