"""end(data) after destroy(): the callback gets the error, there is no 'error' event."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "error finish close")
        s.resume()
        c.destroy()
        c.end("x", answer("C", "end with data"))

    pair({}, {}, connected)


run(main)
