"""Twenty million bytes through a pipe between two sockets, with a slow end: nothing is lost."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        def both(d, t, server):
            total = 0
            record(t, "T", "end close")
            d.resume()
            c.resume()
            s.pipe(d)
            t.pause()

            def data(chunk):
                nonlocal total
                total += len(chunk)

            def settled():
                trace("main", "held back", d.bytes_written < 20000000)
                t.resume()

            t.on("data", data)
            t.on("end", lambda: trace("T", "total", total))
            c.end(bytes(20000000))
            settle(settled)

        pair({}, {}, both)

    pair({}, {}, connected)


run(main)
