"""A socket that has closed and connects again is no longer its signal's."""

import pynet
from connecting import outgoing
from harness import listen, run, state, trace, where


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.end()
        sock.resume()

    def listening():
        def aborting():
            controller.abort()
            trace("C", "aborted", state(client))

        def again(had_error):
            client.connect(where(server))
            client.once("connect", aborting)
            client.once("close", lambda had_error: server.close())

        controller = pynet.AbortController()
        client = outgoing({**where(server), "signal": controller.signal})
        client.once("close", again)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
