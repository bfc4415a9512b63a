"""destroy_soon() while a big write is under way: everything arrives, then 'finish' and 'close'."""

from harness import answer, pair, record, run, settle, trace
from writing import ends, waits


def main():
    def connected(c, s, server):
        total = 0
        record(c, "C", "drain prefinish finish end error close")
        s.pause()
        c.resume()
        c.write(bytes(20000000), answer("C", "write callback"))
        c.destroy_soon()
        c.destroy_soon()
        trace("C", "after destroySoon", waits(c), ends(c))

        def data(chunk):
            nonlocal total
            total += len(chunk)

        def ended():
            trace("S", "end", total)
            s.destroy()

        def settled():
            trace("C", "settled", waits(c), ends(c))
            s.resume()

        s.on("data", data)
        s.on("end", ended)
        settle(settled)

    pair({"allow_half_open": True}, {}, connected)


run(main)
