"""What queued text counts: the length of its bytes in bytes_written, and in writable_length."""

import pynet
from harness import connect, listen, run, trace
from writing import queue


def main():
    def arrived(sock):
        sock.resume()
        server.close()

    def listening():
        client = connect(server, {})
        client.resume()
        client.write("\u00e9\u20ac")
        trace("C", "text", queue(client), client.bytes_written)
        client.write("6162", "hex")
        trace("C", "hex", queue(client), client.bytes_written)
        client.write(b"bytes")
        trace("C", "bytes", queue(client), client.bytes_written)
        client.end()

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
