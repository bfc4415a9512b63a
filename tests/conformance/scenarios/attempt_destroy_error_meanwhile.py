"""destroy() with an error while an attempt is under way, with writes that wait."""

import pynet
from connecting import named, outgoing, silent
from harness import answer, run


def main():
    def ready(target, release):
        def later():
            two.destroy(Exception("two"))
            one.destroy(Exception("one"))
            release()

        two = outgoing(named(target, "127.0.0.1", "127.0.0.2"), "C2")
        one = outgoing(named(target, "127.0.0.1"), "C1")
        two.write("x", answer("C2", "written"))
        one.write("x", answer("C1", "written"))
        pynet.set_timeout(later, 50)

    silent(ready)


run(main)
