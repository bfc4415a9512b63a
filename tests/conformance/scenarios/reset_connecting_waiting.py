"""resetAndDestroy() while connecting with a write that waits."""

import pynet
from harness import answer, connect, listen, record, run, state, trace


def main():
    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready error end finish close")
        client.write("waiting", callback=answer("C", "write callback"))
        client.reset_and_destroy()
        trace("C", "state", state(client))
        client.on("close", lambda had_error: pynet.set_timeout(server.close, 20))

    server = pynet.create_server(lambda sock: record(sock, "S", "data end error close"))
    listen(server, listening)


run(main)
