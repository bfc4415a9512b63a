"""What connect() on a destroyed socket keeps of the connection before."""

import pynet
from harness import connect, listen, run, trace, where


def main():
    def listening():
        def flags(when):
            trace(
                "C",
                when,
                client.readable_did_read,
                client.readable_length,
                client.writable_corked,
                client.writable_need_drain,
                client.writable_length,
                client.bytes_read,
                client.bytes_written,
                client.readable_flowing,
                client.is_paused(),
                client.errored,
                client.readable_aborted,
            )

        def data(chunk):
            client.pause()
            client.cork()
            client.write(bytes(100000))
            flags("before")
            client.destroy()
            flags("destroyed")

        def later():
            flags("connected")
            client.once("close", lambda had_error: server.close())
            client.destroy()

        def closed(had_error):
            flags("closed")
            client.connect(where(server))
            flags("again")
            client.once("connect", lambda: pynet.set_timeout(later, 30))

        client = connect(server, {})
        client.once("data", data)
        client.once("close", closed)

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()
        sock.write("hello")

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
