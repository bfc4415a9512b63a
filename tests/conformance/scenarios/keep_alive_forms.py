"""The forms of setKeepAlive(), fresh and connected: all return the socket."""

import pynet
from harness import pair, run, trace


def main():
    def forms(sock, who):
        trace(who, "bare", sock.set_keep_alive() is sock, sock.set_keep_alive(True) is sock)
        short, full = sock.set_keep_alive(True, 1000) is sock, sock.set_keep_alive(True, 1000, 2000, 3) is sock
        trace(who, "positional", short, full)
        options = {"enable": True, "initial_delay": 2000, "interval": 3000, "count": 4}
        trace(who, "options", sock.set_keep_alive(options) is sock, sock.set_keep_alive({}) is sock)

    def connected(c, s, server):
        forms(c, "C")
        forms(s, "S")
        c.destroy()
        s.destroy()
        trace("C", "destroyed", c.set_keep_alive(True) is c)

    fresh = pynet.Socket()
    forms(fresh, "fresh")
    pair({}, {"keep_alive": True, "keep_alive_initial_delay": 5000}, connected)


run(main)
