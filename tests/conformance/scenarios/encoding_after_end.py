"""set_encoding() after the peer's end has been read: the tail is text too, as nothing can complete it."""

from harness import pair, record, run, settle, trace
from reading import arrived, chars, flow


def main():
    def tail(encoding, sent):
        def connected(c, s, server):
            def ended():
                c.set_encoding(encoding)
                trace("C", encoding, flow(c))
                c.on("data", lambda text: trace("C", "text", chars(text)))

            record(c, "C", "end")
            s.end(sent)
            arrived(c, len(sent), lambda: settle(ended))

        pair({}, {}, connected)

    tail("base64", b"x")
    tail("utf8", b"a\xc3")
    tail("hex", b"ab")


run(main)
