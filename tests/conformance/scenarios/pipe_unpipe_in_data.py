"""unpipe() in a 'data' listener that was there before the pipe: the chunk still goes to the destination."""

from harness import pair, record, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def data(chunk):
            trace("S", "got", chunk, s.readable_flowing)
            if b"stop" in chunk:
                s.unpipe(sink)
                trace("S", "unpiped", s.readable_flowing)
                settle(lambda: s.resume())

        def first():
            c.write("stop")
            settle(lambda: c.end("after"), 30)

        sink = Sink("sink")
        record(sink, "S/sink", "pipe unpipe")
        sink.who = "S/sink"
        c.resume()
        s.on("data", data)
        s.pipe(sink)
        c.write("go")
        settle(first)

    pair({}, {}, connected)


run(main)
