"""An exception in an 'error' listener: uncaught, 'close' still comes."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        def fail(err):
            raise RuntimeError("in error")

        c.on("error", fail)
        record(c, "main/C", "close")
        s.resume()
        c.destroy(RuntimeError("first"))

    pair({}, {}, connected)


run(main)
