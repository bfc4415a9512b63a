"""listen() by port alone, as text, with host and backlog, and with nothing at all."""

import pynet
from harness import run, trace


def main():
    forms = {
        "port": lambda server, callback: server.listen(0, callback),
        "text": lambda server, callback: server.listen("0", callback),
        "host": lambda server, callback: server.listen(0, "127.0.0.1", callback),
        "host and backlog": lambda server, callback: server.listen(0, "127.0.0.1", 16, callback),
        "port and backlog": lambda server, callback: server.listen(0, None, 16, callback),
        "callback alone": lambda server, callback: server.listen(callback),
    }

    def start(label, form):
        server = pynet.create_server()

        def listening():
            trace(label, "listening", server.address().port > 0)
            server.close()

        trace(label, "returns itself", form(server, listening) is server)

    for label, form in forms.items():
        start(label, form)


run(main)
