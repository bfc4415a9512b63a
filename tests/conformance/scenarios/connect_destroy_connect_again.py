"""destroy(err), then connect() in one step: 'close' of the connection that failed says so."""

import pynet
from harness import connect, listen, record, run, where


def main():
    def listening():
        def immediate():
            def done():
                client.once("close", lambda had_error: server.close())
                client.destroy()

            client.destroy(ValueError("boom"))
            client.connect(where(server))
            client.once("connect", lambda: pynet.set_timeout(done, 20))

        client = connect(server, {}, lambda: pynet.set_immediate(immediate))
        record(client, "C", "error close")

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
