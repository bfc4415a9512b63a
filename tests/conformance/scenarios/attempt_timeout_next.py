"""An address that does not answer within its time: the next is tried, and works."""

import pynet
from connecting import named, outgoing, silent, states, tried
from harness import run, trace


def main():
    def ready(target, release):
        def connected(sock):
            sock.end()
            sock.resume()

        def listening():
            client = outgoing({**named(target, "127.0.0.1", "127.0.0.2"), "auto_select_family_attempt_timeout": 50})
            states(client, "C", "connectionAttemptTimeout")
            client.on("connect", lambda: trace("C", "tried", tried(client)))
            client.on("close", closed)

        def closed(had_error):
            release()
            server.close()

        server = pynet.create_server(connected)
        server.listen(target["port"], "127.0.0.2", listening)

    silent(ready)


run(main)
