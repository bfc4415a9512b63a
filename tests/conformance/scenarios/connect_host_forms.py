"""connect() with the host left out of the call but in the options, and ports as texts."""

import pynet
from harness import listen, run, state, trace, where


def main():
    def connected(sock):
        sock.end()
        sock.resume()

    def forms_of(at):
        if "path" in at:
            path, both = at["path"], {**at, "port": 1, "host": "x.invalid"}
            return [("text", [path]), ("dotted", ["./" + path]), ("path wins", [both])]
        port, host = at["port"], "127.0.0.1"
        return [
            ("text port", [str(port), host]),
            ("spaces", [{"port": f" {port}", "host": host}]),
            ("hex", [{"port": hex(port), "host": host}]),
        ]

    def listening():
        def proceed(had_error=False):
            if not forms:
                server.close()
                return
            label, args = forms.pop(0)
            client = pynet.connect(*args, lambda: trace("C", "callback"))
            trace("C", label, state(client))
            client.resume().on("close", proceed)

        forms = forms_of(where(server))
        proceed()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
