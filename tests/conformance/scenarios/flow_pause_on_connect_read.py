"""A server's pause_on_connect: nothing is read; read() starts it, but what comes waits for resume()."""

from harness import pair, record, run, settle, trace
from reading import arrived, flow


def main():
    def connected(c, s, server):
        def there():
            trace("S", "arrived", flow(s), s.bytes_read)
            s.resume()
            c.end()

        def settled():
            trace("S", "settled", flow(s), s.bytes_read)
            trace("S", "read", s.read())
            arrived(s, 5, there)

        s.on("data", lambda chunk: trace("S", "chunk", chunk))
        record(s, "S", "end close")
        c.resume()
        c.write("hello")
        settle(settled)

    pair({"pause_on_connect": True}, {}, connected)


run(main)
