"""unpipe() stops the flow to the destination, which gets 'unpipe'; pipe() starts it again."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        def both(d, t, server):
            record(d, "D", "pipe unpipe finish")
            record(t, "T", "data end")
            d.resume()
            c.resume()
            s.pipe(d)
            c.write("one ")

            def again():
                trace("T", "settled")
                s.pipe(d)
                c.end("three")

            def stop():
                trace("D", "returns the source", s.unpipe(d) is s)
                c.write("two ")
                settle(again)

            settle(stop)

        pair({}, {}, both)

    pair({}, {}, connected)


run(main)
