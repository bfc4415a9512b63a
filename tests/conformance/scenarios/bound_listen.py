"""listen() adopts a BoundSocket: listening and address() at once, 'listening' by the next tick, and it serves."""

import pynet
from harness import attempt, kind, name, place, record, run, state, trace


def bind():
    return pynet.BoundSocket(path=place("b.sock")) if kind == "unix" else pynet.BoundSocket(host="127.0.0.1")


def main():
    bound = bind()
    at = bound.address()
    server = pynet.create_server()
    record(server, "srv", "listening error close")
    server.listen(bound, lambda: trace("srv", "callback"))
    same = kind == "unix" or server.address().port == at.port
    trace("srv", "after listen", server.listening, server.address(), same)
    attempt("main", "address", bound.address)
    attempt("main", "close", bound.close)
    attempt("main", "adopted again", lambda: pynet.create_server().listen(bound))
    attempt("main", "adopted again", lambda: pynet.create_server().listen({"handle": bound}))
    attempt("main", "adopted again", lambda: pynet.Socket({"handle": bound}))

    def connection(sock):
        name(sock, "S")
        trace("S", "accepted", state(sock))
        sock.end("hello")
        sock.resume()
        server.close()

    def listening():
        attempt("main", "listens already", lambda: server.listen(pynet.BoundSocket(host="127.0.0.1")))
        client = pynet.connect({"path": at} if kind == "unix" else {"port": at.port, "host": "127.0.0.1"})
        record(client, "C", "connect data end close")

    server.on("connection", connection)
    server.on("listening", listening)


run(main)
