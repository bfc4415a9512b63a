"""destroy(error) with writes queued before the connection: callbacks after 'close', later ones with that error."""

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
        client.write("three", answer("C", "third write"))
        client.destroy(RuntimeError("enough"))
        client.on("close", lambda had_error: settle(lambda: server.close()))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
