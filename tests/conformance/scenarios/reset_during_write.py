"""The peer resets while a big write is under way: the callbacks get errors, then 'error', 'close' with true."""

from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "end finish drain error close")
        c.resume()
        c.write(bytes(20000000), answer("C", "first write"))
        c.write("more", answer("C", "second write"))
        settle(lambda: s.destroy())

    pair({"pause_on_connect": True}, {}, connected)


run(main)
