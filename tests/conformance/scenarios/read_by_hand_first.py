"""What read() takes by hand in one step with other calls comes before all that those cause on the next tick: before
'readable' and what its listener reads, before 'resume' and what flows, before 'end'."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn, outside


def main():
    def connected(c, s, server):
        def readable():
            trace("C", "readable", flow(c))
            trace("C", "read", c.read())

        def first():
            c.on("readable", readable)
            c.read(5)

        def second():
            trace("C", "step", flow(c))
            c.resume()
            c.read(3)
            c.read(1)

        def last():
            trace("C", "step", flow(c))
            c.resume()
            c.read()

        def stop_listening():
            c.off("readable", readable)
            settle(flowing)

        def flowing():
            c.pause()
            in_turn(s, c, ["ijklmnop"], then_second)

        def then_second():
            outside(second)
            settle(ending)

        def ending():
            c.pause()
            in_turn(s, c, ["qrst"], then_last)

        def then_last():
            s.end()
            settle(lambda: outside(last))

        def begin():
            outside(first)
            settle(stop_listening)

        c.pause()
        c.on("data", lambda chunk: trace("C", "chunk", chunk))
        record(c, "C", "pause resume end close")
        in_turn(s, c, ["abcdefgh"], begin)

    pair({}, {}, connected)


run(main)
