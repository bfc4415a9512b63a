"""The addresses of both ends while connected."""

from harness import kind, pair, run, trace


def main():
    def connected(c, s, server):
        for who, sock in ("C", c), ("S", s):
            trace(who, "address", sock.address())
            trace(who, "local", sock.local_address, sock.local_family, (sock.local_port or 0) > 0)
            trace(who, "remote", sock.remote_address, sock.remote_family, (sock.remote_port or 0) > 0)
        if kind == "tcp":
            trace("main", "same ports", c.local_port == s.remote_port, c.remote_port == s.local_port)
        c.destroy()
        s.destroy()

    pair({}, {}, connected)


run(main)
