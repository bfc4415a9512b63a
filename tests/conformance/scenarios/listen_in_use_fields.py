"""The error of an address in use: on the next tick without a host, the server is as before, close() tells so."""

import pynet
from harness import answer, kind, place, record, run, trace, where


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening close error")

    def failed(err):
        same = err.address == where(first).get("path")
        trace("second", "fields", err.code, err.syscall, same, (err.port or 0) > 0)
        second.close(answer("second", "close callback"))
        first.close()

    def start():
        second.listen(place("s.sock") if kind == "unix" else first.address().port)
        trace("second", "returned", second.listening)

    second.on("error", failed)
    if kind == "unix":
        first.listen(place("s.sock"), start)
    else:
        first.listen(0, start)


run(main)
