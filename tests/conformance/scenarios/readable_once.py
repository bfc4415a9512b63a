"""once('readable'): waits for the first bytes and then leaves the socket as it was."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def sent():
            trace("C", "later", flow(c))
            c.on("data", lambda chunk: trace("C", "chunk", chunk))
            trace("C", "listening", flow(c))
            s.end()

        c.once("readable", lambda: trace("C", "readable", flow(c), c.read()))
        record(c, "C", "end close")
        in_turn(s, c, ["greeting", "the rest"], sent)

    pair({}, {}, connected)


run(main)
