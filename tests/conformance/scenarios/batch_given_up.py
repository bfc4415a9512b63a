"""Several writes leave as one batch, and destroy(err) comes while it is under way."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        s.on("error", lambda err: None)
        c.cork()
        c.write(bytes(10000000), callback=answer("C", "one"))
        c.write(bytes(10000000), callback=answer("C", "two"))
        c.write("three", callback=answer("C", "three"))
        c.uncork()
        c.write("four", callback=answer("C", "four"))
        c.end("five", callback=answer("C", "end callback"))
        c.destroy(ValueError("boom"))
        c.on("close", lambda had_error: s.destroy())

    pair({"pauseOnConnect": True}, {}, connected)


run(main)
