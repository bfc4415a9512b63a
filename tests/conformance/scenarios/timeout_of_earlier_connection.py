"""setTimeout() of a connection that was destroyed does not fire in the next one."""

import pynet
from harness import connect, listen, record, run, trace, where


def main():
    def listening():
        def connected():
            client.set_timeout(30)
            client.destroy()

        def again():
            def done():
                client.once("close", lambda had_error: server.close())
                client.destroy()

            pynet.set_timeout(done, 120)

        def closed(had_error):
            client.connect(where(server))
            trace("C", "timeout is", client.timeout)
            client.once("connect", again)

        client = connect(server, {})
        record(client, "C", "connect timeout close")
        client.once("connect", connected)
        client.once("close", closed)

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
