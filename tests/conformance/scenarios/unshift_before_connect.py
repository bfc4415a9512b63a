"""unshift() before connect(): comes before what is received."""

import pynet
from harness import listen, record, run, trace, where


def main():
    def listening():
        def done():
            client.destroy()
            server.close()

        client = pynet.Socket()
        record(client, "C", "connect ready error close")

        def later():
            trace("C", "length", client.readable_length, client.readable_did_read)
            client.on("data", lambda chunk: trace("C", "data", chunk))

        client.unshift("first ")
        client.connect(where(server))
        trace("C", "length", client.readable_length, client.read(2))
        client.on("ready", lambda: pynet.set_timeout(later, 20))
        pynet.set_timeout(done, 40)

    def accepted(sock):
        record(sock, "S", "data")
        sock.on("error", lambda err: None)
        sock.write("hello")

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
