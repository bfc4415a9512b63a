"""end(), then write() in 'connect'."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def listening():
        def connected():
            client.end(callback=answer("C", "end callback"))
            trace("C", "write", client.write("late", callback=answer("C", "write callback")))
            pynet.next_tick(lambda: trace("C", "tick"))

        client = connect(server, {})
        record(client, "C", "connect ready prefinish finish error close")
        client.on("connect", connected)
        client.on("close", lambda had_error: server.close())

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
