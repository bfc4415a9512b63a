"""remove_all_listeners() without a name takes the readable listener too: what comes then is kept for a later one."""

from harness import pair, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def ended():
            trace("C", "end")
            c.destroy()

        def more():
            trace("C", "more came", flow(c))
            c.on("data", lambda chunk: trace("C", "data", chunk))
            c.on("end", ended)
            s.end()

        def sent():
            c.remove_all_listeners()
            trace("C", "removed", flow(c))
            in_turn(s, c, ["def"], more)

        c.on("readable", lambda: trace("C", "readable", c.read(1)))
        in_turn(s, c, ["abc"], sent)

    pair({}, {}, connected)


run(main)
