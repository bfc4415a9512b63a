"""cork() and uncork() in a 'connect' listener while a write from before the connection still waits."""

import pynet
from harness import answer, connect, listen, record, run, trace
from writing import queue


def main():
    def arrived(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        def connected():
            client.cork()
            client.write("second ", answer("C", "second callback"))
            trace("C", "corked", queue(client))
            client.uncork()
            trace("C", "uncorked", queue(client))
            client.write("third", answer("C", "third callback"))
            trace("C", "written", queue(client))

        def ready():
            trace("C", "ready", queue(client))
            client.end()

        client = connect(server, {}, connected)
        client.resume()
        client.write("first ", answer("C", "first callback"))
        client.on("ready", ready)

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
