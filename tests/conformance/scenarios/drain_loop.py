"""A writer that obeys the bool and waits for 'drain': everything arrives."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        left = 1000
        drains = total = 0

        def more():
            nonlocal left
            while left > 0:
                left -= 1
                if not c.write(b"x" * 20000):
                    return
            c.end()

        def drained():
            nonlocal drains
            drains += 1
            more()

        def data(chunk):
            nonlocal total
            total += len(chunk)

        def settled():
            trace("main", "held back", left > 0)
            s.resume()

        c.on("drain", drained)
        record(c, "C", "finish error close")
        c.resume()
        c.on("close", lambda had_error: trace("C", "written", c.bytes_written, drains > 0))
        s.on("data", data)
        s.on("end", lambda: trace("S", "end", total))
        s.pause()
        more()
        settle(settled)

    pair({}, {}, connected)


run(main)
