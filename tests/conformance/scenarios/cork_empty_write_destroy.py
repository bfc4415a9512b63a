"""An empty write while corked, then destroy(): its callback gets an error."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        s.on("error", lambda err: None)
        s.resume()
        c.cork()
        c.write("", callback=answer("C", "empty"))
        c.write("", callback=answer("C", "second"))
        c.destroy()

    pair({}, {}, connected)


run(main)
