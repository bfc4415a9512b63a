"""An exception in a 'data' listener: uncaught, later listeners of it do not run, the next data does come."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        first = True

        def data(chunk):
            nonlocal first
            trace("main/C", "listener", chunk)
            if first:
                first = False
                s.end("two")
                raise RuntimeError("in data")

        c.on("data", data)
        c.on("data", lambda chunk: trace("main/C", "second listener", chunk))
        record(c, "main/C", "end error close")
        s.write("one")

    pair({}, {}, connected)


run(main)
