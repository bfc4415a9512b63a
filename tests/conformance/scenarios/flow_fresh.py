"""The reading half of a fresh socket: nothing read, nothing decided, the default mark; read() gives nothing."""

import pynet
from harness import run, trace
from reading import flags, flow


def main():
    sock = pynet.Socket()
    trace("C", "flow", flow(sock))
    trace("C", "flags", flags(sock))
    trace("C", "mark", sock.readable_high_water_mark)
    trace("C", "encoding", sock.readable_encoding)
    trace("C", "read", sock.read(), sock.read(0), sock.read(5))
    trace("C", "after read", flow(sock), flags(sock))


run(main)
