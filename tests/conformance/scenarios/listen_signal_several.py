"""Servers with one signal are closed in the order of their listen() calls."""

import pynet
from harness import run, trace


def main():
    controller = pynet.AbortController()
    controller.signal.add_event_listener("abort", lambda event: trace("main", "first listener"))
    servers = []

    def start(label):
        server = pynet.create_server()
        server.on("close", lambda: trace("main", f"{label} closed"))
        servers.append(server.listen({"port": 0, "signal": controller.signal}))

    for label in ("a", "b", "c"):
        start(label)

    def last(event):
        trace("main", "last listener", [server.listening for server in servers])

    def abort():
        controller.abort()
        trace("main", "aborted")

    controller.signal.add_event_listener("abort", last)
    pynet.set_immediate(abort)


run(main)
