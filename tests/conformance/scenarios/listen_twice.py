"""listen() on a server that is bound raises at once; the callback is not kept, the server goes on."""

import pynet
from harness import attempt, connect, listen, note, place, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def listening():
        attempt("srv", "again", lambda: listen(server, note("srv", "callback"), place("other.sock")))
        attempt("srv", "path", lambda: server.listen(place("third.sock")))
        attempt("srv", "nothing", lambda: server.listen())
        trace("srv", "after", server.listening, server.listener_count("listening"))
        connect(server, {}, lambda: trace("C", "connected")).resume()

    def connected(sock):
        sock.destroy()
        server.close()

    listen(server, listening)
    server.on("connection", connected)


run(main)
