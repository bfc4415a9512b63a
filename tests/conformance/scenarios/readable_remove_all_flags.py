"""isPaused() and readableFlowing after removeAllListeners('readable')."""

import pynet
from harness import pair, run, trace


def main():
    def connected(c, s, server):
        def show(when):
            trace("C", when, c.readable_flowing, c.is_paused())

        def first():
            show("immediate")
            c.on("data", lambda chunk: None)
            show("data")
            c.on("readable", lambda: None)
            show("both")
            c.remove_all_listeners("readable")
            show("removed")
            pynet.set_immediate(second)

        def second():
            show("immediate")
            c.on("readable", lambda: None)
            c.remove_all_listeners()
            show("all removed")
            pynet.set_immediate(third)

        def third():
            show("immediate")
            c.destroy()
            s.destroy()

        c.on("readable", lambda: None)
        show("listener")
        c.remove_all_listeners("readable")
        show("removed")
        pynet.next_tick(lambda: show("tick"))
        pynet.set_immediate(first)

    pair({}, {}, connected)


run(main)
