"""destroy(err) while a write without a callback is under way: those that wait get that error."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        s.on("error", lambda err: None)
        c.write(bytes(20000000))
        c.write("two", callback=answer("C", "two"))
        c.end("three", callback=answer("C", "end callback"))
        c.destroy(ValueError("boom"))
        c.on("close", lambda had_error: s.destroy())

    pair({"pauseOnConnect": True}, {}, connected)


run(main)
