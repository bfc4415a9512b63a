"""destroy() in a write callback: the callbacks behind it are answered, too."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error finish close")
        s.on("error", lambda err: None)
        record(s, "S", "data end")
        c.resume()

        def first(err):
            trace("C", "first callback", err)
            c.destroy()

        c.write("one ", first)
        c.write("two", answer("C", "second callback"))
        c.end(answer("C", "end callback"))

    pair({}, {}, connected)


run(main)
