"""What write() takes: text in several encodings, bytes, and other buffers."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(s, "S", "data")
        c.resume()
        c.write("é|")
        c.write("7c7a", "hex")
        c.write("fHk=", "base64")
        c.write("é|", "latin1")
        c.write("x|", "utf16le")
        c.write(b"bytes|")
        c.write(bytearray([97, 98, 124]))
        c.write("last", "ascii", answer("C", "callback"))
        trace("C", "written", c.bytes_written)
        c.end()

    pair({}, {}, connected)


run(main)
