"""Many threads call methods at random on shared sockets and servers: no crash, nothing left."""

import os

import pytest

import isolated

SECONDS = float(os.environ.get("PYNET_STRESS_SECONDS", "0.8"))

SCRIPT = """
    import gc, os, random, sys, threading, time
    import pynet
    kind, seed, mode, seconds, folder = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), sys.argv[5]
    sys.setswitchinterval(1e-5)
    uncaught = []
    pynet.set_uncaught_handler(lambda error, emitter: uncaught.append(error))
    allowed = (pynet.NetError, ValueError, LookupError)
    servers, sockets, paths, over = [], [], iter(range(10**9)), time.monotonic() + seconds
    failures, calls, everything = [], 0, []   # what left the lists may be used by a thread that still has it

    def keep(sock):
        sock.on("error", lambda err: None)
        sock.set_max_listeners(0)
        sockets.append(sock)
        everything.append(sock)
        if len(sockets) > 40:
            sockets.pop(0).destroy()
        return sock

    def listen(server):
        server.listen(os.path.join(folder, f"{next(paths)}.sock")) if kind == "unix" else server.listen(0, "127.0.0.1")

    def new_server():
        server = pynet.create_server({"allow_half_open": True}, keep)
        server.on("error", lambda err: None)
        server.set_max_listeners(0)
        everything.append(server)
        listen(server)
        servers.append(server)
        if len(servers) > 4:
            servers.pop(0).close()

    def target(rng):
        address = rng.choice(servers).address()
        if address is None: return {"path": "/nonexistent/s"}
        return {"path": address} if isinstance(address, str) else {"port": address.port, "host": address.address}

    def in_turn(rng):
        with pynet.turn():
            for _ in range(3): act(rng)

    def raiser(*args):
        raise LookupError("of a listener")

    socket_calls = [
        lambda s, rng: s.write(rng.choice([b"x", "text", bytes(100), bytearray(70_000), bytes(300_000)])),
        lambda s, rng: s.write("with callback", lambda err: None),
        lambda s, rng: s.end(),
        lambda s, rng: s.end("bye", lambda err: None),
        lambda s, rng: s.destroy(),
        lambda s, rng: s.destroy(ValueError("on purpose")),
        lambda s, rng: s.destroy_soon(),
        lambda s, rng: s.pause(),
        lambda s, rng: s.resume(),
        lambda s, rng: s.on("data", lambda chunk: None),
        lambda s, rng: s.on("data", lambda chunk: s.destroy() if rng.random() < 0.1 else None),
        lambda s, rng: s.once(rng.choice(["end", "close", "drain", "timeout"]), lambda *args: act(rng)),
        lambda s, rng: s.once("data", raiser) if rng.random() < 0.1 else None,
        lambda s, rng: s.remove_all_listeners(rng.choice(["data", "end", "close"])),
        lambda s, rng: s.pipe(rng.choice(sockets)),
        lambda s, rng: s.unpipe(),
        lambda s, rng: s.set_timeout(rng.choice([0, 1, 5, 1000])),
        lambda s, rng: s.set_no_delay(),
        lambda s, rng: s.set_keep_alive(True, 1000),
        lambda s, rng: (s.ref(), s.unref(), s.ref()),
        lambda s, rng: s.connect(target(rng)),
        lambda s, rng: (repr(s), s.address(), s.remote_address, s.bytes_read, s.bytes_written, s.ready_state),
        lambda s, rng: (s.pending, s.connecting, s.destroyed, s.fileno(), s.listeners("data"), s.event_names()),
        lambda s, rng: s.emit("data", b"made up"),
    ]
    server_calls = [
        lambda s, rng: s.close(),
        lambda s, rng: s.close(lambda err: None),
        lambda s, rng: listen(s),
        lambda s, rng: s.get_connections(lambda err, count: None),
        lambda s, rng: setattr(s, "max_connections", rng.choice([None, 1, 5])),
        lambda s, rng: (repr(s), s.address(), s.listening, s.fileno()),
        lambda s, rng: (s.ref(), s.unref(), s.ref()),
        lambda s, rng: s.once("close", lambda: act(rng)),
    ]
    other_calls = [
        new_server,
        lambda: pynet.next_tick(lambda: None),
        lambda: pynet.clear_timeout(pynet.set_timeout(lambda: None, 1)),
        lambda: pynet.set_timeout(lambda: None, 2),
        lambda: pynet.clear_immediate(pynet.set_immediate(lambda: None)),
        lambda: pynet.set_immediate(lambda: None),
        gc.collect,
    ]

    def act(rng):
        # The same objects for all threads, without locks of ours: that is the point. A list may become empty between
        # two looks, an emit() by hand passes on what its listener raises.
        global calls
        if time.monotonic() >= over:
            return   # a listener, when everything is being closed
        calls += 1
        dice = rng.random()
        try:
            if dice < 0.15:
                keep(pynet.connect(target(rng)))
            elif dice < 0.80 and sockets:
                rng.choice(socket_calls)(rng.choice(sockets), rng)
            elif dice < 0.92:
                rng.choice(server_calls)(rng.choice(servers), rng)
            elif dice < 0.97:
                rng.choice(other_calls)()
            else:
                in_turn(rng)
        except allowed:
            pass

    def work(number):
        rng = random.Random(f"{seed} {number}")
        try:
            while time.monotonic() < over:
                act(rng)
        except BaseException as error:
            failures.append(error)

    import warnings
    warnings.simplefilter("ignore")
    new_server()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]

    def clean():
        for made in everything:
            made.destroy() if isinstance(made, pynet.Socket) else made.close()

    def joined():
        for thread in threads: thread.join(60)
        assert not any(t.is_alive() for t in threads), "a thread hangs"
        clean()

    if mode == "foreground":
        closer = threading.Thread(target=lambda: (joined(), pynet.next_tick(clean)))
        pynet.run(lambda: [t.start() for t in [*threads, closer]])
        closer.join(100)   # run() returns whenever nothing is left, and the threads may make more after that
        clean()
    else:
        for thread in threads: thread.start()
        joined()
    assert failures == [], failures
    unexpected = [e for e in uncaught if not isinstance(e, (LookupError, ValueError, pynet.NetError))]
    assert unexpected == [], unexpected

    def counts():
        found = pynet._pynet._counts()
        return {name: found[name] for name in ("streams", "listeners", "requests")}
    end = time.monotonic() + 10
    while any(counts().values()) and time.monotonic() < end:
        clean()
        turned = threading.Event()
        pynet.set_timeout(turned.set, 5)
        assert turned.wait(10), "the loop does not go on"
    assert not any(counts().values()), counts()
    assert os.listdir(folder) == [], "a path was left"
    assert calls > 200, calls
    print("well")
"""


@pytest.mark.parametrize("mode", ["background", "foreground"])
def test_random_calls_of_many_threads(kind, mode, tmp_path):
    seed = os.environ.get("PYNET_STRESS_SEED", "1")
    done = isolated.run(SCRIPT, kind, seed, mode, SECONDS, tmp_path, timeout=110)
    assert (done.returncode, done.stdout) == (0, "well\n"), f"seed {seed}\n{done.stderr}"
