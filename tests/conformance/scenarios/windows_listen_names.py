"""Which names a pipe may have: spellings of the prefix, and what is not the name of a pipe."""

import pynet
from harness import attempt, place, record, run, trace


def try_to_listen(label, path):
    def listening():
        trace(label, "address", server.address() == path)
        server.close()

    server = pynet.create_server().listen(path)
    record(server, label, "listening close")
    server.on("error", lambda err: trace(label, "error", err.code, err.syscall, err.address == path))
    server.on("listening", listening)


def main():
    pipe = "\\\\.\\pipe\\"
    name = place("a").removeprefix(pipe)
    rows = {
        "plain": pipe + name,
        "with a question mark": f"\\\\?\\pipe\\{name}",
        "with slashes": f"//./pipe/{name}",
        "in upper case": f"\\\\.\\PIPE\\{name}",
        "a slash inside": f"{pipe}{name}/b",
        "not ASCII": f"{pipe}{name}ü€",
        "as long as it may be": f"{pipe}{name}".ljust(256, "n"),
        "too long": f"{pipe}{name}".ljust(300, "n"),
        "NUL inside": f"{pipe}{name}\0b",
        "a file": "s.sock",
        "an absolute path": "C:\\s.sock",
        "a missing folder": "nowhere\\s.sock",
        "of another host": "\\\\server\\pipe\\x",
    }
    for label, path in rows.items():
        attempt(label, "listen", lambda label=label, path=path: try_to_listen(label, path))


run(main)
