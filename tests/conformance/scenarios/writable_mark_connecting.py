"""A small mark while connecting: write() is False from the mark on, one 'drain' when all is out."""

import pynet
from harness import answer, connect, listen, record, run, trace
from writing import queue


def main():
    def arrived(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {"writable_high_water_mark": 4})
        record(client, "C", "drain ready")
        client.on("connect", lambda: trace("C", "connect", queue(client)))
        client.resume()
        trace("C", "three", client.write("123", answer("C", "three callback")), queue(client))
        trace("C", "fourth", client.write("4", answer("C", "fourth callback")), queue(client))
        trace("C", "fifth", client.write("5", answer("C", "fifth callback")), queue(client))

        def drained():
            trace("C", "in drain", client.write("678", answer("C", "drain callback")), queue(client))

        def ready():
            trace("C", "in ready", client.write("past the mark", answer("C", "ready callback")), queue(client))
            client.end()

        client.on("drain", drained)
        client.on("ready", ready)

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
