"""remove_all_listeners("readable") is as good as off(): the data listener that is left gets the rest."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c))
            s.end()

        def sent():
            c.remove_all_listeners("readable")
            trace("C", "removed", flow(c))
            settle(settled)

        c.on("readable", lambda: trace("C", "readable", flow(c)))
        c.on("data", lambda chunk: trace("C", "data", chunk))
        record(c, "C", "resume end close")
        in_turn(s, c, ["one", "two"], sent)

    pair({}, {}, connected)


run(main)
