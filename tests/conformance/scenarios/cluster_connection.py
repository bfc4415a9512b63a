import pynet
from clustering import fork, me, roles, target
from harness import listen, record, trace


def primary():
    worker = fork()

    def listening(address):
        client = pynet.connect(target(address))
        record(client, "C", "connect ready data end finish close error")
        client.end("to the worker")
        client.on("close", lambda had_error: worker.disconnect())

    worker.on("listening", listening)


def worker():
    def on_connection(sock):
        remote = sock.remote_address
        trace(f"{me} S", "state", sock.ready_state, sock.is_paused(), sock.bytes_read, sock.server is server, remote)
        record(sock, f"{me} S", "data end finish close error")
        sock.on("end", lambda: sock.end("from the worker"))
        server.get_connections(lambda err, count: trace(me, "connections", err, count))

    server = pynet.create_server(on_connection, allow_half_open=True)
    record(server, me, "listening drop error close")
    listen(server)


roles(primary, worker)
