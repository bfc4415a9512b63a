"""The flags of a reading half whose socket is destroyed with an error, before and after something was read."""

from harness import pair, record, run, trace
from reading import flags


def main():
    def connected(c, s, server):
        def watch(who, sock):
            def data(chunk):
                trace(who, "data", chunk, flags(sock))
                sock.destroy(RuntimeError("enough"))
                trace(who, "destroyed", flags(sock))

            sock.on("data", data)
            record(sock, who, "end")
            sock.on("error", lambda err: trace(who, "error", err, flags(sock)))
            sock.on("close", lambda had_error: trace(who, "close", flags(sock)))

        watch("C", c)
        watch("S", s)
        c.write("to the server", lambda err: s.write("to the client"))

    pair({}, {}, connected)


run(main)
