"""Encodings by all their names, in any case; what is not their text ends or is dropped."""

from harness import attempt, pair, record, run


def main():
    def connected(c, s, server):
        record(s, "S", "data end")
        c.resume()
        c.cork()
        c.write("\u00e9|", "UTF-8")
        c.write("\u00e9|", "binary")
        c.write("\u00e9|", "ascii")
        c.write("a", "ucs2")
        c.write("b", "UCS-2")
        c.write("c", "utf-16le")
        c.write("\U0001f600", "utf16le")
        c.write("fA", "base64")
        c.write("_-8", "base64url")
        c.write("7C7czz41", "HEX")
        c.write("617", "hex")
        c.uncork()
        attempt("C", "buffer", lambda: c.write("x", "buffer"))
        attempt("C", "empty name", lambda: c.write("|", ""))
        attempt("C", "none", lambda: c.write("|", None))
        attempt("C", "with bytes", lambda: c.write(b"|", "hex"))
        c.end()

    pair({}, {}, connected)


run(main)
