"""pipe() to an object that has write() and end() and nothing else that is asked for."""

from harness import pair, run, settle, trace


class Plain:
    """No events, no bool from write(): what most Python objects with write() are like."""

    def write(self, chunk):
        trace("sink", "data", chunk)

    def end(self):
        trace("sink", "end()")


def main():
    def connected(c, s, server):
        s.pipe(Plain())
        c.resume()
        c.write("one ")
        settle(lambda: c.end("two"))
        s.on("close", lambda had_error: trace("S", "close"))

    pair({}, {}, connected)


run(main)
