"""destroy_soon() while connecting: it connects, sends, and closes."""

import pynet
from harness import answer, connect, listen, record, run, trace
from writing import ends, queue


def main():
    def arrived(sock):
        record(sock, "S", "data end")
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready prefinish finish error close")
        client.write("hit and run", answer("C", "write callback"))
        client.destroy_soon()
        trace("C", "after destroySoon", queue(client), ends(client))

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
