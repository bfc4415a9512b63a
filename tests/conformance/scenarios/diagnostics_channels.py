"""The channels of a listen(), a connection, and a listen() that fails: their order, and the state at each moment."""

import pynet
from harness import listen, run, trace, where

LISTEN = "tracing:net.server.listen:"


def hear(name, *keys):
    def heard(message, channel):
        trace("main", channel, " ".join(message), *[key(message) for key in keys])

    pynet.diagnostics.subscribe(name, heard)


def main():
    hear("net.client.socket", lambda m: m["socket"].connecting, lambda m: m["socket"].destroyed)
    hear("net.server.socket", lambda m: m["socket"].ready_state)
    hear(LISTEN + "asyncStart", lambda m: m["server"].listening, lambda m: " ".join(m["options"]))
    hear(LISTEN + "asyncEnd", lambda m: m["server"].listening)
    hear(LISTEN + "error", lambda m: m["server"].listening, lambda m: m["error"].code)
    server = pynet.create_server()
    server.on("listening", lambda: trace("main", "listening"))

    def on_connection(sock):
        trace("main", "connection")
        sock.end()
        sock.on("close", lambda had_error: again())

    def again():
        other = pynet.create_server()

        def on_error(err):
            trace("main", "error")
            server.close()

        other.on("error", on_error)
        other.listen(where(server))

    server.on("connection", on_connection)

    def listening():
        client = pynet.connect(where(server))
        trace("main", "connect() has returned")
        client.resume()

    listen(server, listening)


run(main)
