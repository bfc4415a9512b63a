"""connect() to a path tries at once: 'connectionAttempt' comes before it returns."""

import pynet
from harness import listen, record, run, trace, where


def main():
    def listening():
        client = pynet.Socket()
        record(client, "C", "lookup connectionAttempt connectionAttemptFailed connect ready close")
        client.connect(where(server))
        trace("C", "after connect")
        client.resume()
        client.on("close", lambda had_error: server.close())

    server = pynet.create_server(lambda sock: sock.destroy())
    listen(server, listening)


run(main)
