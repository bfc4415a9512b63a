"""write() and end(data) on an adopted BoundSocket that has not been connected: the kernel's refusal."""

import pynet
from harness import answer, kind, record, run, state, trace


def main():
    def make(who):
        options = {"path": f"{who}.sock"} if kind == "unix" else {"host": "127.0.0.1"}
        sock = pynet.Socket(handle=pynet.BoundSocket(options))
        record(sock, who, "finish end error close")
        return sock

    one = make("write")
    trace("write", "returned", one.write("x", answer("write", "callback")), state(one))
    two = make("end")
    two.end("x")
    trace("end", "state", state(two))


run(main)
