"""unref() before listen() is remembered, ref() takes it back, twice is as once."""

import pynet
from harness import record, run, trace


def main():
    a = pynet.create_server()
    b = pynet.create_server()
    record(a, "a", "listening close")
    record(b, "b", "listening close")
    a.unref().unref()
    a.listen(0)
    b.unref().ref()
    b.listen(0)

    def later():
        trace("main", "timer", a.listening, b.listening)
        b.unref()

    pynet.set_timeout(later, 60)


run(main)
