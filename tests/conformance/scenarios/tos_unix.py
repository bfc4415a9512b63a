"""The type of service of a unix socket is only kept."""

from harness import pair, run, trace


def main():
    def connected(c, s, server):
        got = c.get_type_of_service(), c.set_type_of_service(255) is c, c.get_type_of_service()
        trace("C", "option", *got)
        c.destroy()
        s.destroy()

    pair({}, {"type_of_service": 3}, connected)


run(main)
