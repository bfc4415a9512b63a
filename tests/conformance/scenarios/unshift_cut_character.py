"""unshift() of bytes that end within a character, after setEncoding('utf8')."""

from harness import pair, run, trace


def main():
    def connected(c, s, server):
        c.pause()
        c.set_encoding("utf8")
        c.unshift(b"a\xe2\x82")
        trace("C", "cut", c.readable_length, c.read().encode())
        c.unshift(b"\xffb")
        trace("C", "wrong", c.readable_length, c.read().encode())
        c.unshift("\u00e9", "latin1")
        trace("C", "latin1", c.readable_length, c.read().encode())
        c.destroy()
        s.destroy()

    pair({}, {}, connected)


run(main)
