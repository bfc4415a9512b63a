"""errored after destroy() while connecting, with a write that waits and no callback."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def listening():
        def closed(had_error):
            trace("C", "closed", client.errored, client.writable_length)
            pynet.set_immediate(lambda: trace("C", "later", client.errored, client.writable_length))
            server.close()

        client = connect(server, {})
        record(client, "C", "connect prefinish finish error close")
        pynet.finished(client, answer("C", "finished writing"), readable=False)
        client.write("x")
        client.destroy()
        trace("C", "destroyed", client.errored, client.writable_length)
        client.on("close", closed)

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
