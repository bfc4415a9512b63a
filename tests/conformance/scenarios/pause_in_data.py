"""pause() in a 'data' listener holds the rest back, resume() from a timer brings it."""

import pynet
from harness import pair, run, trace


def main():
    def connected(c, s, server):
        total = pauses = 0

        def data(chunk):
            nonlocal total, pauses
            total += len(chunk)
            if c.is_paused():
                trace("C", "data while paused")
            c.pause()
            pauses += 1
            pynet.set_timeout(lambda: c.resume(), 1)

        c.on("data", data)
        c.on("end", lambda: trace("C", "end", total, pauses > 1))
        s.end(bytes(500000))

    pair({}, {}, connected)


run(main)
