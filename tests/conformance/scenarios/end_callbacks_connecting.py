"""end() twice before the connection: both callbacks, once the socket has connected and sent what it had."""

import pynet
from harness import answer, connect, listen, record, run, trace
from writing import ends, queue


def main():
    def arrived(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready drain prefinish finish")
        client.resume()
        client.write("one ", answer("C", "write callback"))
        client.end("two", answer("C", "first end callback"))
        trace("C", "ended", queue(client), ends(client))
        client.end(answer("C", "second end callback"))
        client.on("ready", lambda: client.end(answer("C", "third end callback")))

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
