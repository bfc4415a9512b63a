"""The writing half through a life that ends well."""

import pynet
from harness import listen, run, trace, where
from writing import ends, queue


def main():
    def arrived(sock):
        sock.resume()
        server.close()

    def listening():
        client = pynet.Socket()

        def tell(label):
            trace("C", label, queue(client), ends(client))

        def sent(err):
            tell("sent callback")
            client.end(lambda err: tell("end callback"))
            tell("ended")

        def ready():
            tell("ready")
            client.write("sent", sent)
            tell("written")

        client.on("connect", lambda: tell("connect"))
        client.on("prefinish", lambda: tell("prefinish"))
        client.on("finish", lambda: tell("finish"))
        client.on("close", lambda had_error: tell("close"))
        client.resume()
        tell("new")
        client.connect(where(server))
        tell("connecting")
        client.write("queued", lambda err: tell("queued callback"))
        tell("written")
        client.on("ready", ready)

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
