"""readable_flowing and is_paused() after each call that has a say in them."""

from harness import pair, run, settle, trace
from reading import flow


def main():
    def connected(c, s, server):
        def listener(*args):
            pass

        def at(label):
            trace("C", label, flow(c))

        def settled():
            at("later")
            c.destroy()
            s.destroy()
            at("destroyed")

        at("at first")
        c.on("data", listener)
        at("a data listener")
        c.pause()
        at("paused")
        c.on("data", listener)
        at("another data listener")
        c.resume()
        at("resumed")
        c.off("data", listener)
        c.off("data", listener)
        at("no data listener")
        c.pause()
        c.on("readable", listener)
        at("paused, then a readable listener")
        c.resume()
        at("resumed with a readable listener")
        c.off("readable", listener)
        at("no readable listener")
        settle(settled)

    pair({}, {}, connected)


run(main)
