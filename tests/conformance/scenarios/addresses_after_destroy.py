"""After destroy() the local address is gone, and a remote one that was read before stays."""

from harness import pair, run, trace


def main():
    def connected(c, s, server):
        trace("C", "open", c.remote_address, c.remote_port > 0)
        c.destroy()
        trace("C", "destroyed", c.remote_address, c.remote_port > 0, c.local_address, c.address())
        s.resume()

    pair({}, {}, connected)


run(main)
