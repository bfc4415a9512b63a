"""connect() with an adopted BoundSocket: from there, the attempt within the call; the file goes with the socket."""

import os

import pynet
from harness import kind, listen, name, place, record, run, state, trace, where


def port_of(address):
    return getattr(address, "port", None)


def main():
    at = None

    def connection(sock):
        name(sock, "S")
        trace("S", "accepted", sock.remote_port == port_of(at))
        sock.end("hello")
        sock.resume()
        server.close()

    server = pynet.create_server(connection)

    def listening():
        nonlocal at
        bound = pynet.BoundSocket(path=place("b.sock")) if kind == "unix" else pynet.BoundSocket(host="127.0.0.1")
        at = bound.address()
        sock = pynet.Socket(handle=bound)
        record(sock, "C", "lookup connectionAttempt connectionAttemptFailed connect ready data end error close")
        trace("C", "before", state(sock))
        sock.connect(where(server), lambda: trace("C", "callback", state(sock)))
        trace("C", "connecting", state(sock), sock.local_address, sock.local_port == port_of(at))

        def connected():
            trace("C", "local", sock.local_address, sock.local_port == port_of(at), os.path.exists("b.sock"))

        sock.on("connect", connected)
        sock.on("close", lambda had_error: trace("C", "closed", state(sock), os.path.exists("b.sock")))

    listen(server, listening)


run(main)
