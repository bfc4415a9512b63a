"""unshift() of a text in an encoding, before and after set_encoding()."""

from harness import pair, record, run, trace
from reading import chars, flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            c.unshift("2d2d", "hex")
            c.unshift("Pj4=", "base64")
            trace("C", "read", c.read(4), c.read())
            c.set_encoding("utf8")
            c.unshift("c3a8", "hex")
            c.unshift("\u00e0 ")
            trace("C", "put back", flow(c))
            first, rest = c.read(1), ""
            while (text := c.read()) is not None:
                rest += text
            trace("C", "read", chars(first), chars(rest))
            record(c, "C", "end close")
            c.resume()
            s.end()

        c.pause()
        in_turn(s, c, ["end"], buffered)

    pair({}, {}, connected)


run(main)
