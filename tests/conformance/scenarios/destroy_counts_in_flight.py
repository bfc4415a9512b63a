"""errored, bytesWritten and writableLength when a write is under way and another waits at destroy()."""

import pynet
from harness import pair, run, trace


def main():
    def connected(c, s, server):
        def show(when):
            trace(
                "C",
                when,
                c.errored,
                "big" if c.bytes_written > 20000000 else c.bytes_written,
                "big" if c.writable_length > 1000 else c.writable_length,
                c.writable_need_drain,
                c.writable_corked,
            )

        def closed(had_error):
            show("closed")
            s.destroy()

        s.on("error", lambda err: None)
        c.write(bytes(20000000))
        c.write("more")
        show("before")
        c.destroy()
        show("destroyed")
        pynet.next_tick(lambda: show("tick"))
        c.on("close", closed)

    pair({"pauseOnConnect": True}, {}, connected)


run(main)
