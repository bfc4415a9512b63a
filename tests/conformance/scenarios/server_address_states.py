"""address() and listening through the life of a server."""

import pynet
from harness import connect, run, trace


def main():
    server = pynet.create_server()

    def show(label):
        trace("srv", label, server.listening, server.address())

    def listening():
        show("listening")
        connect(server, {}).resume()

    def connected(sock):
        show("connection")
        server.close(lambda err: show("close callback"))
        show("closed")
        sock.on("close", lambda had_error: show("socket closed"))
        sock.destroy()

    show("fresh")
    server.on("listening", listening)
    server.on("connection", connected)
    server.on("close", lambda: show("close"))
    server.listen(0, "127.0.0.1")


run(main)
