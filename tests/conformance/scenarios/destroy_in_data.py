"""destroy() in a 'data' listener: no further 'data', no 'end'."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end error close")

        def data(chunk):
            trace("C", "data")
            c.destroy()

        c.on("data", data)
        s.on("error", lambda err: None)
        s.on("close", lambda had_error: trace("S", "close", had_error))
        s.resume()
        s.write(bytes(300000))

    pair({}, {}, connected)


run(main)
