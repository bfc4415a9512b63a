"""A server that echoes from 'readable', attached in its connection listener."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        def readable():
            chunk = sock.read()
            trace("S", "read", chunk)
            if chunk is not None:
                sock.write(chunk)

        sock.on("readable", readable)
        record(sock, "S", "end finish close")
        server.close()

    def listening():
        client = connect(server, {})

        def data(chunk):
            trace("C", "answer", chunk)
            if chunk == b"ping 2":
                client.end()
            else:
                client.write("ping 2")

        client.on("data", data)
        record(client, "C", "end finish close")
        client.write("ping 1")

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
