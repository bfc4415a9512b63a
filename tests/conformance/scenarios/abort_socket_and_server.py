"""One signal for a server, its accepted socket's peer and a listener: all in the order in which they came to it."""

import pynet
from harness import connect, listen, record, run, settle, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    clients = []

    def abort():
        controller.abort("stop")
        trace("main", "aborted", server.listening, clients[0].destroyed)

    def connected(sock):
        sock.resume()
        settle(abort)

    def listening():
        signal.add_event_listener("abort", lambda event: trace("main", "second", not clients))
        clients.append(connect(server, {"signal": signal}))
        record(clients[0], "C", "connect end error close")
        signal.add_event_listener("abort", lambda event: trace("main", "third", clients[0].destroyed))

    server = pynet.create_server(connected)
    server.on("close", lambda: trace("srv", "close"))
    signal.add_event_listener("abort", lambda event: trace("main", "first", server.listening))
    listen(server, listening)
    server.on("connection", lambda sock: server.close())


run(main)
