"""A socket that was refused connects when somebody listens."""

import pynet
from harness import listen, nowhere, record, run, where


def main():
    def found(target):
        client = pynet.Socket()
        record(client, "C", "connect error end close")
        client.resume()

        def connected(sock):
            sock.end()
            server.close()

        server = pynet.create_server(connected)
        client.once("close", lambda had_error: listen(server, lambda: client.connect(where(server))))
        client.connect(target)

    nowhere(found)


run(main)
