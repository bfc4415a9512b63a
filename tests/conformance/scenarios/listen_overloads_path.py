"""Each form of listen() with a path binds at once; listening comes on the next tick, the callback with it."""

import pynet
from harness import record, run, trace


def main():
    forms = {
        "path": lambda server, callback: server.listen("a.sock", callback),
        "path, backlog": lambda server, callback: server.listen("b.sock", 5, callback),
        "path, null, backlog": lambda server, callback: server.listen("c.sock", None, 5, callback),
        "options": lambda server, callback: server.listen({"path": "d.sock"}, callback),
        "options, backlog": lambda server, callback: server.listen({"path": "e.sock", "backlog": 2}, callback),
        "port undefined": lambda server, callback: server.listen({"path": "f.sock", "exclusive": True}, callback),
    }

    def start(label, form):
        server = pynet.create_server()
        record(server, label, "listening close error")

        def listening():
            trace(label, "callback", server.listening, server.address())
            server.close()

        form(server, listening)
        trace(label, "returned", server.listening, server.address())

    for label, form in forms.items():
        start(label, form)


run(main)
