"""unshift() after 'end' is an error of the socket."""

from harness import pair, record, run, trace
from reading import flags, flow


def main():
    def connected(c, s, server):
        def ended():
            c.unshift("too late")
            trace("C", "put back", flow(c), flags(c))

        s.resume()
        record(c, "C", "data end error close")
        c.on("end", ended)
        c.on("close", lambda had_error: trace("C", "at close", flow(c), flags(c)))
        s.end("all")

    pair({}, {"allow_half_open": True}, connected)


run(main)
