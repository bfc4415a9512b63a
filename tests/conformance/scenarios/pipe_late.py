"""pipe() after data came and waited: nothing is lost."""

from harness import pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "data end finish close")
        c.write("came early, ")

        def settled():
            s.pipe(s)
            c.end("and late")

        settle(settled)

    pair({}, {}, connected)


run(main)
