"""An exception in a 'close' listener: uncaught, once."""

from harness import pair, run, trace


def main():
    def connected(c, s, server):
        def fail(had_error):
            trace("main/C", "close")
            raise RuntimeError("in close")

        c.on("close", fail)
        s.resume()
        c.destroy()

    pair({}, {}, connected)


run(main)
