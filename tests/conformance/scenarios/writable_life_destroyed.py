"""The writing half of a socket that is destroyed with writes queued."""

import pynet
from harness import connect, listen, run, settle, trace
from writing import ends, queue


def main():
    def arrived(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    def listening():
        client = connect(server, {"high_water_mark": 4})

        def tell(label):
            trace("C", label, queue(client), ends(client))

        def closed(had_error):
            tell("close")
            settle(settled)

        def settled():
            tell("settled")
            server.close()

        client.on("error", lambda err: tell("error"))
        client.on("close", closed)
        client.write("1234", lambda err: trace("C", "write callback", ends(client)))
        client.end("5678", lambda err: trace("C", "end callback", ends(client)))
        tell("ended")
        client.destroy(RuntimeError("enough"))
        tell("destroyed")

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
