"""onread: destroy() in the callback; nothing comes after it but 'close'."""

from harness import pair, record, run, trace
from reading import flags, flow


def main():
    c = None

    def callback(nread, given):
        trace("C", "callback", bytes(given[:nread]))
        c.destroy()
        trace("C", "destroyed", flow(c), flags(c), c.bytes_read)

    def connected(client, s, server):
        nonlocal c
        c = client
        s.resume()
        s.on("error", lambda err: None)
        record(c, "C", "data end error close")
        s.write("abcdef")

    pair({}, {"onread": {"buffer": bytearray(3), "callback": callback}}, connected)


run(main)
