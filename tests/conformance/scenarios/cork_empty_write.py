"""An empty write while corked: its callback comes after uncork()."""

from harness import answer, pair, run, settle, trace


def main():
    def connected(c, s, server):
        def later():
            trace("C", "uncork")
            c.uncork()
            settle(c.destroy)

        s.on("error", lambda err: None)
        s.resume()
        c.write("before", callback=answer("C", "before"))
        c.cork()
        c.write("", callback=answer("C", "empty"))
        settle(later)

    pair({}, {}, connected)


run(main)
