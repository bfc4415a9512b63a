"""end(data) before the connection, destroy() in 'ready'."""

import pynet
from harness import answer, connect, listen, record, run, state, trace


def main():
    def listening():
        client = connect(server, {})

        def ready():
            client.destroy()
            trace("C", "state", state(client), client.writable_ended, client.writable_finished)

        client.end("data", callback=answer("C", "end callback"))
        client.on("ready", ready)
        record(client, "C", "connect ready prefinish finish error close")
        client.on("close", lambda had_error: server.close())

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
