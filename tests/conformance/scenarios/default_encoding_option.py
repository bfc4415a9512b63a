"""The option default_encoding: as set_default_encoding(), from the first write on; an unknown name is refused."""

import pynet
from harness import attempt, connect, listen, record, run


def main():
    def arrived(sock):
        record(sock, "S", "data end")
        server.close()

    def listening():
        client = connect(server, {"default_encoding": "hex"})
        client.resume()
        client.write("71756575")
        client.write("e", "utf8")
        client.on("ready", lambda: client.end("64"))

    server = pynet.create_server(arrived)
    attempt("main", "unknown", lambda: pynet.Socket(default_encoding="no-such"))
    listen(server, listening)


run(main)
