"""A second destroy(), with or without an error, does nothing."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        s.resume()
        c.destroy(RuntimeError("first"))
        c.destroy(RuntimeError("second"))
        c.destroy()

        def closed(had_error):
            c.destroy(RuntimeError("third"))
            settle(lambda: trace("C", "settled", state(c)))

        c.on("close", closed)

    pair({}, {}, connected)


run(main)
