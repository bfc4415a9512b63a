"""Each form of listen() with an address as the host."""

import pynet
from harness import record, run, trace


def main():
    forms = {
        "port, host": lambda server, callback: server.listen(0, "127.0.0.1", callback),
        "port, host, backlog": lambda server, callback: server.listen(0, "127.0.0.1", 5, callback),
        "text, host": lambda server, callback: server.listen("0", "127.0.0.2", callback),
        "options": lambda server, callback: server.listen({"port": 0, "host": "127.0.0.1"}, callback),
        "options, all": lambda server, callback: server.listen(
            {"port": 0, "host": "0.0.0.0", "exclusive": True}, callback
        ),
    }

    def start(label, form):
        server = pynet.create_server()
        record(server, label, "listening close error")

        def listening():
            trace(label, "callback", server.listening, server.address())
            server.close()

        form(server, listening)

    for label, form in forms.items():
        start(label, form)


run(main)
