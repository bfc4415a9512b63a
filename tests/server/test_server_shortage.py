"""No descriptors left (EMFILE) at accept: the server neither dies nor spins, and serves on when some are free again."""

import json

SCRIPT = """
    import json, os, resource, socket, sys, time
    import pynet

    where = json.loads(sys.argv[1])
    accepted, errors = [], []

    def on_connection(sock):
        accepted.append(sock)
        sock.on("error", lambda err: None)
        sock.pipe(sock)

    server = pynet.create_server(on_connection)
    server.on("error", errors.append)
    server.listen(*where)
    address = server.address() if isinstance(server.address(), str) else server.address()[:2]
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    clients = [socket.socket(family) for _ in range(40)]   # made before the limit falls
    late = [socket.socket(family) for _ in range(5)]
    limit = max(sock.fileno() for sock in clients + late) + 15   # what is open already differs with libuv and Python
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    for client in clients:
        client.setblocking(False)
        try:
            client.connect(address)
        except BlockingIOError:
            pass

    def turned_away(client):
        try:
            return client.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    deadline = time.monotonic() + 5
    while len(accepted) + sum(map(turned_away, clients)) < 40 and time.monotonic() < deadline:
        time.sleep(0.01)
    full = len(accepted)
    told = sum(map(turned_away, clients))
    before = os.times()
    time.sleep(0.5)
    after = os.times()
    for sock in list(accepted):
        sock.destroy()
    for client in clients:
        client.close()
    answers = []
    for client in late:
        client.settimeout(5)
        try:
            client.connect(address)
            client.sendall(b"hello")
            answers.append(client.recv(100).decode())
        except OSError as err:
            answers.append(repr(err))
    for client in late:
        client.close()
    print(json.dumps({
        "full": full, "told": told, "errors": [str(err) for err in errors], "listening": server.listening,
        "answers": answers,
        "cpu": after.user + after.system - before.user - before.system,
    }))
    server.close()
"""


def test_server_without_descriptors_neither_dies_nor_spins(script, where):
    done = script(SCRIPT, json.dumps(where), timeout=30)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert 0 < seen["full"] < 40, "the limit was never met"
    assert seen["told"] == 40 - seen["full"], "clients that found no room were not told"
    assert seen["listening"] is True
    assert seen["errors"] == []
    assert seen["cpu"] < 0.1, "the server spins"
    assert seen["answers"] == ["hello"] * 5
    assert done.stderr == ""
