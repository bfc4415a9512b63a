"""set_default_encoding(): for text without an encoding of its own; an unknown name changes nothing."""

from harness import attempt, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(s, "S", "data end")
        c.resume()
        trace("C", "returns itself", c.set_default_encoding("hex") is c)
        c.write("6162")
        c.write("63", "latin1")
        c.write(b"64")
        attempt("C", "unknown", lambda: c.set_default_encoding("no-such"))
        attempt("C", "number", lambda: c.set_default_encoding(7))
        c.write("65")
        c.set_default_encoding("LATIN1")
        c.write("\u00e9")
        c.set_default_encoding("UTF-16LE")
        c.write("f")
        c.set_default_encoding("base64")
        c.end("Z2g=")

    pair({}, {}, connected)


run(main)
