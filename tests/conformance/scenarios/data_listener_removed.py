"""Without its 'data' listener a flowing socket goes on reading: what comes then is lost."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end close")

        def listen_again():
            c.on("data", lambda late: trace("C", "second listener", late))
            s.end("heard again")

        def first(chunk):
            trace("C", "first listener", chunk)
            c.off("data", first)
            s.write("nobody hears this")
            settle(listen_again)

        c.on("data", first)
        s.write("heard")

    pair({}, {}, connected)


run(main)
