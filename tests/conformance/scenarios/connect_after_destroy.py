"""connect() right after destroy(): the 'close' of the old connection comes while the new one is made."""

import pynet
from connecting import outgoing
from harness import listen, run, state, trace, where


def main():
    rounds = 0

    def gone(had_error):
        nonlocal rounds
        rounds += 1
        if rounds == 2:
            server.close()

    def connected(sock):
        sock.on("error", lambda err: None)
        sock.on("data", lambda chunk: trace("srv", "data", chunk))
        sock.on("close", gone)

    def listening():
        def first():
            client.destroy()
            client.connect(where(server))
            trace("C", "again", state(client))
            client.once("ready", second)

        def second():
            trace("C", "ready", state(client))
            client.write("new", lambda err: pynet.set_timeout(client.destroy, 50))

        client = outgoing(where(server))
        client.once("ready", first)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
