"""end() and destroy() in 'connect'."""

import pynet
from harness import answer, connect, listen, record, run, state, trace


def main():
    def listening():
        client = connect(server, {})

        def connected():
            client.end(callback=answer("C", "end callback"))
            client.destroy()
            trace("C", "state", state(client), client.writable_ended, client.writable_finished)

        client.on("connect", connected)
        record(client, "C", "connect ready prefinish finish error close")
        client.on("close", lambda had_error: server.close())

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
