"""An error in a pipeline whose sockets have no 'error' listeners: the callback is enough."""

import pynet
from harness import answer, record, run, settle
from writing import between


def main():
    def connected(c, s, d, t):
        record(s, "S", "close")
        record(d, "D", "close")
        c.resume()
        t.resume()
        pynet.pipeline(s, d, answer("main", "pipeline"))
        settle(lambda: s.destroy(RuntimeError("broken")))

    between({}, {}, connected)


run(main)
