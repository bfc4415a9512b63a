"""What was set on a socket holds for its next connection: the encoding, the timeout, allowHalfOpen."""

import pynet
from harness import listen, run, state, trace, where


def main():
    def connected(sock):
        sock.end("text")
        sock.resume()

    def listening():
        rounds = 0

        def ended():
            trace("C", "end", state(client), client.timeout, client.allow_half_open)
            client.end()

        def closed(had_error):
            nonlocal rounds
            rounds += 1
            if rounds == 2:
                server.close()
                return
            client.connect(where(server))
            trace("C", "again", client.timeout, client.readable_encoding)

        client = pynet.Socket({"allow_half_open": True})
        client.set_encoding("utf8").set_timeout(5000)
        client.on("data", lambda chunk: trace("C", "data", isinstance(chunk, str)))
        client.on("end", ended)
        client.on("close", closed)
        client.connect(where(server))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
