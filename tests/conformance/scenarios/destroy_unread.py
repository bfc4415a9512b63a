"""destroy() of a socket with unread input in the kernel: the peer gets ECONNRESET."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "data end error close")
        record(s, "S", "error close")
        c.write("never read", lambda err: s.destroy())

    pair({"pause_on_connect": True}, {}, connected)


run(main)
