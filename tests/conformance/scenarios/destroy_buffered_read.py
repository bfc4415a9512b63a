"""read() right after destroy(), and after destroy() with an error."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            c.destroy()
            trace("C", "read", c.read(3), flow(c))
            s.destroy(RuntimeError("broken"))
            trace("S", "read", s.read(3), flow(s))

        for who, sock in (("C", c), ("S", s)):
            record(sock, who, "data end error close")
            sock.pause()
        in_turn(s, c, ["for the client"], lambda: in_turn(c, s, ["for the server"], buffered))

    pair({}, {}, connected)


run(main)
