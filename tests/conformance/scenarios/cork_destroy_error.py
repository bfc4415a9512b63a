"""destroy(error) of a corked socket: each callback of what was held back gets that error."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "finish error close")
        record(s, "S", "data end")
        c.cork()
        c.write("never ", answer("C", "first callback"))
        c.write("sent", answer("C", "second callback"))
        c.destroy(RuntimeError("enough"))

    pair({}, {}, connected)


run(main)
