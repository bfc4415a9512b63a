"""What the peer has not read from the system yet comes before the reset."""

from harness import pair, record, run, settle


def main():
    def connected(c, s, server):
        def written(err):
            settle(resetting)

        def resetting():
            c.reset_and_destroy()
            settle(s.resume)

        record(c, "C", "error close")
        record(s, "S", "data end error close")
        c.write("never read", written)

    pair({"pause_on_connect": True}, {}, connected)


run(main)
