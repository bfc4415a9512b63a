"""A mark of 0: any queued byte is too many; an idle connection takes writes all the same."""

import pynet
from harness import answer, connect, listen, record, run, trace
from writing import queue


def main():
    def arrived(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {"high_water_mark": 0})
        record(client, "C", "connect drain ready")
        client.resume()
        trace("C", "empty", client.write("", answer("C", "empty callback")), queue(client))
        trace("C", "one", client.write("1", answer("C", "one callback")), queue(client))

        def ready():
            trace("C", "connected", client.write("2", answer("C", "two callback")), queue(client))
            client.end()

        client.on("ready", ready)

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
