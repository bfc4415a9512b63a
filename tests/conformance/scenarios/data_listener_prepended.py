"""prependListener('data'): does it start the flow?"""

from harness import pair, run, settle, trace


def main():
    def connected(c, s, server):
        def later():
            trace("C", "flowing", c.readable_flowing, c.readable_length)
            c.prepend_once_listener("data", lambda chunk: trace("C", "once", chunk))
            c.resume()
            settle(done)

        def done():
            c.destroy()
            s.destroy()

        c.prepend_listener("data", lambda chunk: trace("C", "data", chunk))
        trace("C", "flowing", c.readable_flowing)
        s.write("x")
        settle(later)

    pair({}, {}, connected)


run(main)
