"""pause(), then removeAllListeners('readable') without such a listener."""

from harness import pair, run, settle, trace


def main():
    def connected(c, s, server):
        def done():
            trace("C", "flowing", c.readable_flowing, c.is_paused())
            c.destroy()
            s.destroy()

        c.on("data", lambda chunk: trace("C", "data", chunk))
        c.pause()
        c.remove_all_listeners("readable")
        c.on("resume", lambda: trace("C", "resume"))
        settle(done)

    pair({}, {}, connected)


run(main)
