"""A write before the connection takes its turn among the 'connect' listeners: between those before it and after it."""

import pynet
from harness import answer, connect, listen, record, run, trace
from writing import queue


def main():
    def arrived(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {}, lambda: trace("C", "first listener", queue(client)))
        client.resume()
        client.write("early", answer("C", "write callback"))

        def second():
            trace("C", "second listener", queue(client))
            client.end()

        client.on("connect", second)

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
