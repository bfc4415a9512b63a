"""A header is read to its end, the rest put back, and the reading handed over to a data listener."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        header = b""

        def on_readable():
            nonlocal header
            while (chunk := c.read()) is not None:
                header += chunk
                head, found, rest = header.partition(b"\n\n")
                if found:
                    trace("C", "header", head)
                    c.off("readable", on_readable)
                    c.unshift(rest)
                    trace("C", "put back", flow(c), c.bytes_read)
                    c.on("data", lambda body: trace("C", "data", body))
                    return

        c.on("readable", on_readable)
        record(c, "C", "end close")
        in_turn(s, c, ["a: 1", "\nb: 2\n", "\nbody, ", "and more"], s.end)

    pair({}, {}, connected)


run(main)
