"""The addresses of a client, from its making to its connection."""

import pynet
from connecting import serve
from harness import run, trace


def main():
    def show(sock, label):
        trace("C", label, sock.address(), sock.local_address, sock.local_family, (sock.local_port or 0) > 0)
        trace("C", label, sock.remote_address, sock.remote_family, (sock.remote_port or 0) > 0)

    def serving(target, server):
        client = pynet.Socket()
        show(client, "fresh")
        client.on("connectionAttempt", lambda *args: trace("C", "attempt", client.address(), client.local_address))
        client.on("connect", lambda: show(client, "connect"))
        client.on("ready", lambda: show(client, "ready"))
        client.on("end", lambda: show(client, "end"))
        client.resume()
        client.connect(target)

    serve(serving)


run(main)
