"""write() after end(): the callback, 'error', 'close'; what was queued before still arrives."""

from harness import answer, pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "finish end error close")
        record(s, "S", "data end error close")
        c.resume()
        c.end("in time", answer("C", "end callback"))
        trace("C", "write", c.write("late", answer("C", "write callback")))
        trace("C", "state", state(c))

    pair({}, {}, connected)


run(main)
