"""Names that lead to the same pipe, and names that lead to none."""

import pynet
from harness import place, record, run, trace


def main():
    path = place("s.sock")
    rows = {
        "the same": path,
        "in upper case": path.upper(),
        "with a question mark": path.replace(".", "?", 1),
        "with slashes": path.replace("\\", "/"),
        "of nobody": place("nobody.sock"),
        "NUL inside": f"{path}\0b",
        "no file": "s.sock",
        "a missing folder": "nowhere\\s.sock",
    }
    left = set(rows)
    server = pynet.create_server(lambda sock: sock.end())

    def closed(label):
        left.discard(label)
        if not left:
            server.close()

    def try_to_connect(label, name):
        sock = pynet.connect(name)
        record(sock, label, "connect end close")
        sock.on("error", lambda err: trace(label, "error", err.code, err.syscall, err.address == name))
        sock.resume()
        sock.on("close", lambda had_error: closed(label))

    def listening():
        for label, name in rows.items():
            try_to_connect(label, name)

    server.listen(path, listening)


run(main)
