"""cork() and uncork() while connecting: the writes wait for the connection only."""

import pynet
from harness import answer, connect, listen, record, run, trace
from writing import queue


def main():
    def arrived(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready drain prefinish finish")
        client.resume()
        client.write("first ", answer("C", "first callback"))
        client.cork()
        client.write("second ", answer("C", "second callback"))
        client.uncork()
        trace("C", "uncorked", queue(client))
        client.cork()
        client.end("third", answer("C", "end callback"))
        trace("C", "ended", queue(client))

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
