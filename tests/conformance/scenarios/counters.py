"""bytesRead and bytesWritten of both ends, and after the close."""

from harness import pair, run, trace


def main():
    def connected(c, s, server):
        def at_server(chunk):
            trace("S", "read", s.bytes_read, s.bytes_written)
            s.write(chunk + chunk)

        def at_client(chunk):
            trace("C", "read", c.bytes_read, c.bytes_written)
            c.end("!")
            trace("C", "ended", c.bytes_written)

        s.once("data", at_server)
        c.on("data", at_client)
        c.on("close", lambda had_error: trace("C", "close", c.bytes_read, c.bytes_written))
        c.write("five5")

    pair({}, {}, connected)


run(main)
