"""After a 'timeout', activity arms the timer again."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        count = 0
        c.resume()
        s.resume()
        c.set_timeout(20)

        def timeout():
            nonlocal count
            count += 1
            trace("C", "timeout", count)
            if count == 1:
                s.write("wake")
            elif count == 2:
                c.write("wake")
            else:
                c.destroy()

        c.on("timeout", timeout)
        record(c, "C", "close")

    pair({}, {}, connected)


run(main)
