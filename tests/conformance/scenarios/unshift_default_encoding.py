"""unshift() of text after setDefaultEncoding('hex'), without setEncoding()."""

from harness import pair, run, trace


def main():
    def connected(c, s, server):
        c.pause()
        c.set_default_encoding("hex")
        c.unshift("abcd")
        trace("C", "text", c.readable_length, c.read())
        c.destroy()
        s.destroy()

    pair({}, {}, connected)


run(main)
