"""What is written in the 'end' listener is sent before the automatic end."""

from harness import answer, pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "data end prefinish finish close")
        record(s, "S", "data end prefinish finish close")

        def ended():
            trace("S", "write", s.write("a last answer", answer("S", "write callback")), state(s))

        s.on("end", ended)
        c.end()

    pair({}, {}, connected)


run(main)
