"""cork() before the connection: what was written before it leaves with the connection."""

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
        trace("C", "one", client.write("one ", answer("C", "one callback")), queue(client))
        client.cork()
        trace("C", "two", client.write("two", answer("C", "two callback")), queue(client))
        client.on("connect", lambda: trace("C", "connect", queue(client)))

        def settled():
            trace("C", "settled", queue(client))
            client.uncork()
            client.end(answer("C", "end callback"))

        client.on("ready", lambda: settle(settled))

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
