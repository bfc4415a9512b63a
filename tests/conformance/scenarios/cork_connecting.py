"""A socket corked before it connects stays so until it is uncorked."""

import pynet
from harness import answer, connect, listen, record, run, settle, trace
from writing import queue


def main():
    def arrived(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {})
        client.resume()
        client.cork()
        trace("C", "one", client.write("one ", answer("C", "one callback")), queue(client))
        client.on("connect", lambda: trace("C", "connect", queue(client)))

        def ready():
            trace("C", "two", client.write("two", answer("C", "two callback")), queue(client))
            settle(settled)

        def settled():
            trace("C", "settled", queue(client))
            client.uncork()
            trace("C", "uncorked", queue(client))
            client.end(answer("C", "end callback"))

        client.on("ready", ready)

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
