"""onread: pause() in the callback stops the reading, resume() starts it again; the events tell of both."""

from harness import pair, record, run, settle, trace
from reading import arrived, flow


def main():
    c = None

    def resuming():
        trace("C", "resuming", flow(c), c.bytes_read)
        c.resume()

    def callback(nread, given):
        trace("C", "callback", bytes(given[:nread]))
        c.pause()
        settle(resuming)

    def connected(client, s, server):
        nonlocal c
        c = client
        record(c, "C", "data pause resume end close")
        s.write("abcdefghij")
        arrived(c, 10, lambda: settle(s.end))

    pair({}, {"onread": {"buffer": bytearray(4), "callback": callback}}, connected)


run(main)
