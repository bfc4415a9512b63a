"""prependListener('readable'): does it stop the flow?"""

from harness import pair, run, settle, trace


def main():
    def connected(c, s, server):
        def later():
            trace("C", "flowing", c.readable_flowing, c.readable_length)
            c.destroy()
            s.destroy()

        c.prepend_listener("readable", lambda: trace("C", "readable", c.read()))
        trace("C", "flowing", c.readable_flowing)
        s.write("x")
        settle(later)

    pair({}, {}, connected)


run(main)
