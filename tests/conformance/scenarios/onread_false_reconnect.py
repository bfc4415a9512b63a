"""onread: a callback that returned False has paused that connection only; the next one reads."""

import pynet
from harness import connect, listen, record, run, trace, where


def main():
    client, count = None, 0

    def callback(nread, given):
        nonlocal count
        count += 1
        trace("C", "callback", bytes(given[:nread]))
        if count == 1:
            pynet.set_immediate(client.destroy)
            return False
        client.destroy()
        server.close()
        return True

    def closed(had_error):
        if count == 1:
            client.connect(where(server))

    def listening():
        nonlocal client
        client = connect(server, {"onread": {"buffer": bytearray(8), "callback": callback}})
        record(client, "C", "connect close")
        client.on("close", closed)

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.write("hello")

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
