"""Each form of listen() with a path binds at once; listening comes on the next tick, the callback with it."""

import pynet
from harness import place, record, run, trace


def main():
    forms = {
        "path": lambda server, callback: server.listen(place("a.sock"), callback),
        "path, backlog": lambda server, callback: server.listen(place("b.sock"), 5, callback),
        "path, null, backlog": lambda server, callback: server.listen(place("c.sock"), None, 5, callback),
        "options": lambda server, callback: server.listen({"path": place("d.sock")}, callback),
        "options, backlog": lambda server, callback: server.listen({"path": place("e.sock"), "backlog": 2}, callback),
        "port undefined": lambda server, callback: server.listen(
            {"path": place("f.sock"), "exclusive": True}, callback
        ),
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
