"""A socket piped to two others: each gets everything, and the end."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        def both(d, t, server):
            def three(e, u, server):
                record(t, "T", "data end close")
                record(u, "U", "data end close")
                d.resume()
                e.resume()
                c.resume()
                s.pipe(d)
                s.pipe(e)
                c.end("for both")

            pair({}, {}, three)

        pair({}, {}, both)

    pair({}, {}, connected)


run(main)
