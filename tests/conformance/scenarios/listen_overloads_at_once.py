"""Without a host each form of listen() binds at once; listening comes on the next tick, the callback with it."""

import pynet
from harness import record, run, trace


def main():
    forms = {
        "nothing": lambda server, callback: server.listen().once("listening", callback),
        "callback": lambda server, callback: server.listen(callback),
        "port": lambda server, callback: server.listen(0, callback),
        "null": lambda server, callback: server.listen(None, callback),
        "port, backlog": lambda server, callback: server.listen(0, 5, callback),
        "port, null, backlog": lambda server, callback: server.listen(0, None, 5, callback),
        "options": lambda server, callback: server.listen({"port": 0}, callback),
        "options, text": lambda server, callback: server.listen({"port": "0"}, callback),
        "options, no host": lambda server, callback: server.listen({"port": 0, "host": None, "backlog": 3}, callback),
    }

    def start(label, form):
        server = pynet.create_server()
        record(server, label, "listening close error")

        def listening():
            trace(label, "callback", server.listening)
            server.close()

        form(server, listening)
        trace(label, "returned", server.listening, server.address().port > 0)

    for label, form in forms.items():
        start(label, form)


run(main)
