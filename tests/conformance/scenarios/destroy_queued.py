"""destroy() with writes queued before the connection: each callback gets its error after 'close'."""

import pynet
from harness import answer, connect, listen, record, run, settle


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect error prefinish finish close")
        client.write("one", answer("C", "first write"))
        client.write("two", answer("C", "second write"))
        client.end("three", answer("C", "end"))
        client.destroy()
        client.on("close", lambda had_error: settle(lambda: server.close()))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
