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

    class Sink:
        # a destination of pipes that is full, asks for a break or breaks now and then, and does other things meanwhile
        def __init__(self, rng): self.rng = rng
        def write(self, chunk):
            dice = self.rng.random()
            if dice < 0.05: act(self.rng)
            if dice > 0.98: raiser()
            return dice > 0.3
        def end(self): act(self.rng)
        def once(self, name, listener): pynet.set_timeout(listener, 1)
        def off(self, name, listener): pass

    class Emitter(pynet.EventEmitter):
        def __init__(self, rng):
            self.rng = rng
            self.on("error", lambda err: None)
            self.set_max_listeners(0)
        def write(self, chunk):
            if self.rng.random() < 0.5: return True
            pynet.set_immediate(self.emit, "drain")
            return False

    def buffer_function(rng, sock):
        def buffer():
            if rng.random() < 0.05: act(rng)
            if rng.random() < 0.01: (sock[0] if sock else rng.choice(sockets)).destroy()
            return bytearray(rng.choice([1, 100, 70_000]))
        return buffer

    def new_socket(rng):
        made = []
        onread = {"callback": lambda n, buf: rng.random() > 0.1}
        options = rng.choice([{}, {}, {"high_water_mark": 0}, {"high_water_mark": 10, "encoding": "utf16le"},
                              {"max_write_buffer": 100_000}, {"default_encoding": "latin1", "encoding": "base64"},
                              {"onread": {"buffer": bytearray(1000), **onread}},
                              {"onread": {"buffer": buffer_function(rng, made), **onread}}])
        made.append(keep(pynet.Socket(options)))
        made[0].connect(target(rng))

    def look(s):
        return [getattr(s, name) for name in dir(pynet.Socket) if "_" in name.strip("_") or name in PROPERTIES]
    PROPERTIES = {"readable", "writable", "errored", "closed", "destroyed", "pending", "timeout", "server"}

    def tell(*args):
        pass
    TEXT = ["text", "\\u20ac\\ud800", b"bytes", bytearray(5), bytes(100_000), ""]
    ENCODINGS = ["utf8", "utf16le", "latin1", "ascii", "hex", "base64", "base64url"]

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
        lambda s, rng: s.read(rng.choice([None, None, -1, 0, 1, 5, 1000, 100_000])),
        lambda s, rng: s.unshift(rng.choice(TEXT), rng.choice([None, *ENCODINGS])),
        lambda s, rng: s.set_encoding(rng.choice(ENCODINGS)),
        lambda s, rng: s.set_default_encoding(rng.choice(ENCODINGS)),
        lambda s, rng: (s.cork(), s.write("corked", lambda err: None), rng.random() < 0.8 and s.uncork()),
        lambda s, rng: s.uncork(),
        lambda s, rng: s.writelines(rng.choice(TEXT) for _ in range(rng.randrange(5))),
        lambda s, rng: (s.cork(), s.end("ended", "utf8", lambda err: act(rng))),
        lambda s, rng: s.pipe(s),
        lambda s, rng: s.pipe(rng.choice([Sink, Emitter])(rng), end=rng.random() < 0.5),
        lambda s, rng: s.on("readable", lambda: s.read()),
        lambda s, rng: s.on("readable", tell),
        lambda s, rng: s.off("readable", tell),
        lambda s, rng: s.on("data", tell),
        lambda s, rng: s.off("data", tell),
        lambda s, rng: s.remove_all_listeners("readable"),
        lambda s, rng: s.once(rng.choice(["readable", "pause", "resume", "pipe", "unpipe", "finish", "prefinish"]),
                              lambda *args: act(rng)),
        lambda s, rng: look(s),
        lambda s, rng: s.is_paused(),
        lambda s, rng: s.__init__({"encoding": "latin1"}) if rng.random() < 0.1 else None,
        lambda s, rng: s.__init__({"onread": {"buffer": bytearray(10), "callback": lambda n, buf: act(rng)}})
            if rng.random() < 0.1 else None,
        lambda s, rng: s.__init__({"onread": {"buffer": buffer_function(rng, [s]), "callback": lambda n, buf: None}})
            if rng.random() < 0.1 else None,
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
            if dice < 0.10:
                keep(pynet.connect(target(rng)))
            elif dice < 0.17:
                new_socket(rng)
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

    busy, collected = [False], random.Random(seed)

    def during_collection(phase, info):
        # what a finalizer may do: anything, in the midst of anything
        if not busy[0] and collected.random() < 0.2:
            busy[0] = True
            try: act(collected)
            finally: busy[0] = False
    gc.callbacks.append(during_collection)
    gc.set_threshold(300)

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

    gc.callbacks.clear()
    for held in (everything, sockets, servers, uncaught, threads, busy): held.clear()
    thread = closer = None
    end = time.monotonic() + 10
    while (pynet._pynet._counts()["sockets"] or pynet._pynet._counts()["ticks"]) and time.monotonic() < end:
        turned = threading.Event()
        pynet.set_timeout(turned.set, 5)
        assert turned.wait(10), "the loop does not go on"
        gc.collect()
    assert pynet._pynet._counts()["sockets"] == 0, "sockets are never freed"
    print("well")
"""


@pytest.mark.parametrize("mode", ["background", "foreground"])
def test_random_calls_of_many_threads(kind, mode, tmp_path):
    seed = os.environ.get("PYNET_STRESS_SEED", "1")
    done = isolated.run(SCRIPT, kind, seed, mode, SECONDS, tmp_path, timeout=110)
    assert (done.returncode, done.stdout) == (0, "well\n"), f"seed {seed}\n{done.stderr}"
