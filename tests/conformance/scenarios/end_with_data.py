"""end(data, encoding, callback): the data goes out, the callback comes before 'finish'."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish close")
        record(s, "S", "data end close")
        c.resume()
        trace("C", "returns itself", c.end("7c", "hex", answer("C", "end callback")) is c)

    pair({}, {}, connected)


run(main)
