"""buffer_size is the queued length while there is a handle."""

import pynet
from harness import listen, run, trace, where


def main():
    def arrived(sock):
        trace("S", "accepted", sock.buffer_size)
        sock.resume()
        sock.on("close", lambda had_error: trace("S", "close", sock.buffer_size))
        server.close()

    def listening():
        client = pynet.Socket()

        def tell(label):
            trace("C", label, client.buffer_size)

        def ready():
            tell("ready")
            client.cork()
            client.write("123")
            tell("corked")
            client.uncork()
            tell("uncorked")
            client.destroy()
            tell("destroyed")

        tell("new")
        client.connect(where(server), lambda: tell("connect"))
        client.on("ready", ready)
        tell("connecting")
        client.write("12345")
        tell("queued")
        client.on("close", lambda had_error: tell("close"))

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
