"""destroy() in the 'end' listener: no automatic end, no 'finish', only 'close'."""

from harness import pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")

        def ended():
            trace("C", "end", state(c))
            c.destroy()

        c.on("end", ended)
        c.resume()
        s.resume()
        s.end()

    pair({}, {}, connected)


run(main)
