"""unshift() of text, of text in an encoding and of bytes after setEncoding('hex')."""

from harness import pair, run, trace


def main():
    def connected(c, s, server):
        c.pause()
        c.set_encoding("hex")
        c.unshift("abcd")
        trace("C", "text", c.readable_length, c.read())
        c.unshift("ff00", "hex")
        trace("C", "hex", c.readable_length, c.read())
        c.unshift(b"AB")
        trace("C", "bytes", c.readable_length, c.read())
        c.unshift("AQI=", "base64")
        trace("C", "base64", c.readable_length, c.read())
        c.destroy()
        s.destroy()

    pair({}, {}, connected)


run(main)
