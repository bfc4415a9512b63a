"""A worker is killed at each step of what it says to the primary: no client waits, and nothing stays open."""

from __future__ import annotations

import pytest

from clusters import run_cluster

# A worker with KILL_AT=n in its environment kills itself in place of sending its n-th message to the primary, or with
# KILL_GOT=n in place of handling the n-th one that came.
KILLS = """
import gc
if cluster.is_worker:
    from pynet.cluster._channel import Channel
    def counted(name, function):
        left = int(os.environ.get(name, 1000))
        def call(*args):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args)
        return call
    channel = cluster.worker._channel
    channel.send = counted("KILL_AT", channel.send)
    channel._on_message = counted("KILL_GOT", channel._on_message)
"""
PRIMARY = """
    cluster.setup_primary(scheduling=sys.argv[1])
    steps = [(name, str(n)) for name in ("KILL_AT", "KILL_GOT") for n in range(5)]
    alive = cluster.fork()
    ended = []
    def descriptors():
        gc.collect()
        return len(os.listdir("/proc/self/fd"))
    def next_step():
        if not steps:
            say("done", sorted(set(ended)))
            say(descriptors() - before[0])
            cluster.disconnect(timeout=1)
            return
        name, n = steps.pop(0)
        worker = cluster.fork({name: n})
        worker.on("exit", lambda code, signal: ended.append(signal))
        worker.on("listening", lambda address: load(worker))
        worker.on("online", lambda: pynet.set_timeout(load, 300, worker))
        clients = []
        loaded = []
        def load(worker):
            if loaded:
                return
            loaded.append(True)
            for _ in range(10):
                client = pynet.connect(*place)
                client.began = time.monotonic()
                client.on("error", lambda err: None)
                client.on("data", lambda data: None)
                client.on("close", closed)
        def closed(had_error):
            clients.append(had_error)
            if len(clients) == 10:
                worker.is_dead() or worker.kill("SIGKILL")
                if worker.is_dead():
                    next_step()
                else:
                    worker.once("exit", lambda *how: next_step())
    place, before = [], []
    def on_listening(address):
        place[:] = address["port"], address["address"]
        before.append(descriptors())
        next_step()
    alive.once("listening", on_listening)
"""


@pytest.mark.parametrize("scheduling", ["fair", "none", "rr", "reuse_port"])
def test_killed_at_each_step(scheduling):
    """All clients see an answer or their end; the primary's descriptors are those it had."""
    lines = run_cluster(
        scheduling,
        both=KILLS,
        primary=PRIMARY,
        worker="""
    pynet.create_server(lambda sock: sock.end("x")).listen(0, "127.0.0.1")
    """,
    )
    assert lines == [("done", ["SIGKILL"]), (0,)]
