"""close() in the connection listener, before and after the socket is destroyed."""

import pynet
from harness import answer, connect, listen, place, record, run, trace


def main():
    def close_first(sock):
        trace("before", "returns itself", before.close(answer("before", "callback")) is before, before.listening)
        sock.destroy()

    def close_last(sock):
        sock.destroy()
        after.close(answer("after", "callback"))

    before = pynet.create_server(close_first)
    after = pynet.create_server(close_last)
    record(before, "before", "close")
    record(after, "after", "close")
    listen(before, lambda: connect(before, {}).resume())
    listen(after, lambda: connect(after, {}).resume(), place("after.sock"))


run(main)
