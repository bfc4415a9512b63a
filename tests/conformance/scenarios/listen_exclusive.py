"""exclusive changes nothing where there is no cluster: a second server at the same address is refused either way."""

import pynet
from harness import kind, place, record, run, where


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening error close")
    options = {"path": place("s.sock")} if kind == "unix" else {"port": 0, "host": "127.0.0.1"}

    def failed(err):
        second.once("error", lambda err: first.close())
        second.listen({**where(first), "exclusive": True})

    def listening():
        second.once("error", failed)
        second.listen({**where(first), "exclusive": False})

    first.listen({**options, "exclusive": True}, listening)


run(main)
