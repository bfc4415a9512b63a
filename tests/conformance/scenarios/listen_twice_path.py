"""Two calls of listen() with a path in one step, and one after a call that failed."""

import pynet
from harness import attempt, note, place, record, run, trace


def main():
    def later():
        server.close()
        other.close()

    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(place("s.sock"), note("srv", "first callback"))
    attempt("srv", "second", lambda: server.listen(place("t.sock"), note("srv", "second callback")))
    other = pynet.create_server()
    record(other, "other", "listening close")
    other.on("error", lambda err: trace("other", "error", err.code))
    other.listen("missing/s.sock", note("other", "first callback"))
    attempt("other", "second", lambda: other.listen(place("t.sock"), note("other", "second callback")))
    pynet.set_timeout(later, 30)


run(main)
