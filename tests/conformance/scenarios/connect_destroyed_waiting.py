"""destroy(err) while connecting, the first write without a callback: the error of each waiting callback."""

import pynet
from harness import answer, connect, listen, record, run


def main():
    def listening():
        client = connect(server, {})
        record(client, "C", "error close")
        client.write("one")
        client.write("two", callback=answer("C", "two"))
        client.end("three", callback=answer("C", "end callback"))
        client.destroy(ValueError("boom"))
        client.on("close", lambda had_error: server.close())

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
