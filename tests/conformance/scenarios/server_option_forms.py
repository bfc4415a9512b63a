"""Forms of createServer(): options, none, a listener, both; each gives a server."""

import pynet
from harness import run, trace


def main():
    def listener(sock):
        pass

    rows = {
        "nothing": lambda: pynet.create_server(),
        "null": lambda: pynet.create_server(None),
        "empty": lambda: pynet.create_server({}),
        "unknown option": lambda: pynet.create_server({"colour": "red"}),
        "listener": lambda: pynet.create_server(listener),
        "options, listener": lambda: pynet.create_server({"allow_half_open": True}, listener),
        "null, listener": lambda: pynet.create_server(None, listener),
        "new": lambda: pynet.Server({"pause_on_connect": True}, listener),
    }
    for label, make in rows.items():
        server = make()
        trace("main", label, server.listener_count("connection"), server.listening)


run(main)
