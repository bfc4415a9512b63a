"""end() in a 'data' listener: what the peer had still to say arrives."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end finish close")

        def data(chunk):
            trace("C", "chunk", chunk)
            c.end()

        c.on("data", data)
        s.write("one")
        s.on("end", lambda: s.end("after the end"))
        s.resume()

    pair({"allow_half_open": True}, {}, connected)


run(main)
