"""fork(): the child starts anew, the parent's connections stay the parent's, old objects say so."""

import subprocess
import sys

import pytest

import isolated

PRELUDE = """
    import os, select, signal, socket, sys, threading, time, traceback, warnings
    warnings.simplefilter("ignore")   # newer Pythons warn of fork() with threads
    import pynet
    from isolated.forking import code, collect, fork, hello_anew, in_child
    from isolated.tools import called_soon, echo_server, raw_connect, read_all, talk
"""


def check(script, *args, **options):
    return isolated.check(isolated.join(PRELUDE, script), *args, **options)


def test_fork_before_anything_was_used():
    check("""
        assert in_child(hello_anew) == "b'hello'"
        assert hello_anew() == b"hello"
    """)


def test_fork_on_the_main_thread_while_the_background_drives():
    check("""
        server = echo_server()
        assert talk(server) == b"hello"
        assert in_child(hello_anew) == "b'hello'"
        assert talk(server) == b"hello"
        server.close()
    """)


def test_both_sides_serve_at_the_same_time():
    check("""
        server = echo_server()
        raw = raw_connect(server)
        def child():
            mine = echo_server()
            return all(talk(mine, b"%d" % i) == b"%d" % i for i in range(50))
        forked = fork(child)
        for i in range(50):
            assert talk(server, b"%d" % i) == b"%d" % i
        raw.sendall(b"old connection")
        assert raw.recv(100) == b"old connection"
        assert collect(forked) == "True"
        raw.close(); server.close()
    """)


def test_a_child_takes_none_of_its_parents_messages():
    check("""
        server = echo_server()
        raws = [raw_connect(server) for _ in range(5)]
        go_r, go_w = os.pipe()
        def child():
            called_soon()
            return os.read(go_r, 1)
        forked = [fork(child) for _ in range(3)]
        for i in range(40):
            for raw in raws:
                raw.sendall(b"%03d" % i)
                assert raw.recv(3, socket.MSG_WAITALL) == b"%03d" % i
        os.write(go_w, b"xxx")
        for f in forked: collect(f)
        server.close()
        for raw in raws: raw.close()
    """)


def test_the_peers_see_their_end_when_the_parent_closes():
    check("""
        peers = []
        server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
        raw = raw_connect(server)
        while not peers: time.sleep(0.001)
        go_r, go_w = os.pipe()
        forked = fork(lambda: os.read(go_r, 1))   # the child lives on
        peers[0].destroy()
        assert raw.recv(10) == b""
        port = server.address().port
        server.close()
        while True:   # no other process holds the listening descriptor
            try: socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError: break
        os.write(go_w, b"x")
        collect(forked)
    """)


def test_objects_from_before_the_fork_say_so():
    out = check("""
        server = echo_server()
        ready = threading.Event()
        sock = pynet.connect(server.address().port, "127.0.0.1", ready.set)
        assert ready.wait(10)
        emitter = pynet.EventEmitter()
        def child():
            codes = [
                code(sock.write, "x"), code(sock.end), code(sock.pause), code(sock.resume), code(sock.destroy),
                code(sock.connect, 1), code(sock.set_timeout, 1), code(sock.set_no_delay), code(sock.ref),
                code(server.close), code(server.listen, 0), code(server.get_connections, print), code(server.unref),
            ]
            try: sock.write("x")
            except pynet.NetError as error: text = str(error)
            # What only looks must not fail.
            repr(sock), repr(server), sock.fileno(), server.fileno(), sock.bytes_read, sock.ready_state
            sock.local_port, sock.remote_address, server.address(), server.listening
            return set(codes), text, code(sock.address)
        print(in_child(child))
        sock.destroy(); server.close()
    """)
    assert out.startswith("({'ERR_FORKED'}, ")
    assert "parent" in out


def test_timers_from_before_the_fork_never_fire_in_the_child():
    check("""
        fired = []
        timers = [pynet.set_timeout(fired.append, 30, 1), pynet.set_interval(fired.append, 5, 2)]
        tick = pynet.set_immediate
        def child():
            fired.clear()
            called_soon()
            time.sleep(0.05)
            for t in timers:
                t.ref(), t.unref(), pynet.clear_timeout(t)
            try: timers[0].refresh()
            except pynet.NetError as error: assert error.code == "ERR_FORKED"
            called_soon()
            return fired
        assert in_child(child) == "[]"
        time.sleep(0.05)
        assert 1 in fired and 2 in fired
        pynet.clear_interval(timers[1])
    """)


def test_ticks_and_writes_from_before_the_fork_stay_with_the_parent():
    check("""
        peers = []
        server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
        raw = raw_connect(server)
        while not peers: time.sleep(0.001)
        ticks = []
        with pynet.turn():
            pynet.next_tick(ticks.append, 1)
            peers[0].write(b"x" * 8_000_000)
            def child():
                called_soon()
                return ticks
            forked = fork(child)
        assert collect(forked) == "[]"
        peers[0].end()
        assert len(read_all(raw)) == 8_000_000
        assert ticks == [1]
        server.close()
    """)


def test_the_child_of_a_turn_block_holds_nothing():
    check("""
        called_soon()
        with pynet.turn():
            assert in_child(hello_anew) == "b'hello'"
        assert called_soon()
    """)


def test_a_unix_path_stays_when_the_child_exits(tmp_path):
    path = tmp_path / "s.sock"
    check(
        """
        server = pynet.create_server(lambda s: s.end("x")).listen(sys.argv[1])
        pid = os.fork()
        if pid == 0:
            sys.exit(0)   # through atexit
        assert os.waitpid(pid, 0)[1] == 0
        raw = raw_connect(server)
        assert read_all(raw) == b"x"
        server.close()
        """,
        path,
    )
    assert not path.exists()


@pytest.mark.parametrize("end", ["sys.exit(5)", "os._exit(5)", "raise SystemExit(5)"])
@pytest.mark.parametrize(
    "use", ["", "server2 = echo_server(); talk(server2); server2.unref()", "repr(server), repr(raw)"]
)
def test_children_end_well(end, use):
    check(f"""
        server = echo_server()
        raw = raw_connect(server)
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                signal.alarm(20)
                {use}
                {end}
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5
        raw.sendall(b"x")
        assert raw.recv(1) == b"x"
        raw.close(); server.close()
    """)


def test_many_children_that_exit_while_a_lookup_is_under_way():
    check("""
        failed = threading.Semaphore(0)
        for _ in range(20):
            pynet.connect(1, "localhost").on("error", lambda err: failed.release())
            pid = os.fork()
            if pid == 0:
                signal.alarm(20)
                sys.exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        for _ in range(20): assert failed.acquire(timeout=20)
    """)


def test_the_child_may_look_up_names_of_its_own():
    check("""
        failed = threading.Event()
        pynet.connect(1, "localhost").on("error", lambda err: failed.set())
        assert failed.wait(10)
        def child():
            done = threading.Event()
            pynet.connect(1, "localhost").on("error", lambda err: done.set())
            return done.wait(10)
        assert in_child(child) == "True"
    """)


def test_fork_in_a_fork():
    check("""
        server = echo_server()
        def child():
            mine = echo_server()
            inner = in_child(lambda: (hello_anew(), code(mine.close), code(server.close)))
            return inner, talk(mine), code(server.close)
        assert "(b'hello', 'ERR_FORKED', 'ERR_FORKED')" in in_child(child)
        assert talk(server) == b"hello"
        server.close()
    """)


# --- inside a listener ---

INSIDE = """
    def main(finish):
        server = pynet.create_server()
        results = []
        def on_data(chunk):
            # The child is in the middle of its parent's turn.
            def child():
                return code(sockets[0].write, "from the child"), code(server.close)
            results.append(in_child(child))
            sockets[0].write(chunk)
        def on_connection(sock):
            sockets.append(sock)
            sock.on("data", on_data)
            sock.on("end", lambda: (server.close(), finish(results)))
        sockets = []
        server.on("connection", on_connection)
        server.listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        got = []
        def answer(chunk):
            got.append(chunk)
            client.write("again") if len(got) < 3 else client.end()
        client.on("data", answer)
        client.write("x")
"""


@pytest.mark.parametrize("mode", ["foreground", "background"])
def test_fork_inside_a_listener_and_leave_by_os_exit(mode):
    check(
        isolated.join(
            INSIDE,
            f"""
            over, results = threading.Event(), []
            finish = lambda r: (results.extend(r), over.set())
            if {mode!r} == "foreground":
                pynet.run(lambda: main(finish))
            else:
                main(finish)
            assert over.wait(10)
            assert results == ["('ERR_FORKED', 'ERR_FORKED')"] * 3, results
            """,
        )
    )


def test_the_child_of_a_listener_returns_from_run():
    """The listener goes on in the child; what the parent's loop had is left alone, and run() returns there."""
    out = check("""
        log = []
        def listener():
            log.append(os.fork())
            pynet.set_timeout(lambda: log.append("timer"), 1)
            pynet.next_tick(log.append, "tick")
        pynet.run(lambda: pynet.set_timeout(listener, 1))
        if log[0] == 0:
            signal.alarm(20)
            if log == [0]:   # what the listener asked for is the child's own loop's: the next run() does it
                pynet.run()
            os.write(1, f"child {log} {hello_anew()}\\n".encode())
            os._exit(0)
        assert os.waitpid(log[0], 0)[1] == 0
        assert log[1:] == ["tick", "timer"], log
    """)
    assert out.startswith("child [0")
    assert out.endswith("b'hello'\n")


def test_the_child_of_a_background_listener_ends_with_its_thread():
    """There the forking thread is the child's main thread: it leaves the old loop and the interpreter ends."""
    check("""
        pids, forked = [], threading.Event()
        def listener():
            pid = os.fork()
            if pid == 0:
                signal.alarm(20)
                return
            pids.append(pid)
            forked.set()
        pynet.next_tick(listener)
        assert forked.wait(10)
        assert os.waitpid(pids[0], 0)[1] == 0
        assert called_soon()
    """)


@pytest.mark.parametrize("mode", ["foreground", "background"])
def test_the_child_of_a_listener_may_serve(mode):
    check(f"""
        results, over = [], threading.Event()
        def listener():
            results.append(in_child(lambda: (pynet.run(lambda: None), "ran")[1]))
            results.append(in_child(lambda: hello_anew()))
            over.set()
        if {mode!r} == "foreground":
            pynet.run(lambda: pynet.next_tick(listener))
        else:
            pynet.next_tick(listener)
        assert over.wait(10)
        assert results == ["ran", "b'hello'"], results
    """)


@pytest.mark.parametrize("start", ["pynet.set_timeout(f, 1)", "pynet.set_immediate(f)", "pynet.next_tick(f)"])
def test_fork_in_timers_immediates_and_ticks_with_more_to_come(start):
    check(f"""
        log = []
        def f():
            log.append("fork")
            def child():
                return hello_anew()
            assert in_child(child) == "b'hello'"
        def main():
            for _ in range(3):
                {start}
        pynet.run(main)
        assert log == ["fork"] * 3
    """)


def test_fork_in_main_of_run():
    check("""
        results = []
        def main():
            results.append(in_child(hello_anew))
            pynet.next_tick(results.append, "tick")
        pynet.run(main)
        assert results == ["b'hello'", "tick"], results
    """)


# --- multiprocessing and subprocess ---

WORKER = """
    import multiprocessing, os, signal, socket, sys, warnings
    warnings.simplefilter("ignore")
    import pynet
    from isolated.tools import echo_server, raw_connect_to, talk
    def worker(pipe, path):
        signal.alarm(20)
        server = pynet.create_server(lambda s: s.end(b"child")).listen(path)
        pipe.send(server.address())
        pipe.recv()
    def main():
        context = multiprocessing.get_context(sys.argv[1])
        server = echo_server()
        assert talk(server) == b"hello"
        ours, theirs = context.Pipe()
        process = context.Process(target=worker, args=(theirs, sys.argv[2]))
        process.start()
        theirs.close()
        address = ours.recv()
        with raw_connect_to(address) as raw:
            assert raw.recv(100) == b"child"
        assert talk(server) == b"hello"
        ours.send("end")
        process.join(20)
        assert process.exitcode == 0, process.exitcode
        assert not os.path.exists(address), "the child unlinks its path when it ends"
        server.close()
        print("well")
    if __name__ == "__main__":
        main()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_children_serve_and_clean_up(tmp_path, method):
    program = tmp_path / "program.py"
    program.write_text(isolated.join(WORKER))
    done = subprocess.run(
        [sys.executable, program, method, tmp_path / "child.sock"],
        capture_output=True,
        text=True,
        timeout=60,
        env=isolated.environment(),
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "well\n"), done.stderr


def test_a_multiprocessing_child_flushes_what_it_wrote(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        isolated.join("""
            import multiprocessing, socket, sys, warnings
            warnings.simplefilter("ignore")
            import threading, pynet
            def worker(path):
                connected = threading.Event()
                s = pynet.connect(path, connected.set)
                assert connected.wait(10)
                s.write(b"x" * 5_000_000)
            if __name__ == "__main__":
                listening = socket.socket(socket.AF_UNIX)
                listening.bind(sys.argv[1])
                listening.listen()
                process = multiprocessing.get_context("fork").Process(target=worker, args=(sys.argv[1],))
                process.start()
                sock, total = listening.accept()[0], 0
                while chunk := sock.recv(1 << 16):
                    total += len(chunk)
                process.join(20)
                print(process.exitcode, total)
        """)
    )
    done = subprocess.run(
        [sys.executable, program, tmp_path / "s.sock"],
        capture_output=True,
        text=True,
        timeout=60,
        env=isolated.environment(),
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "0 5000000\n"), done.stderr


def test_programs_started_by_subprocess_inherit_no_descriptor():
    check("""
        import subprocess
        server = echo_server()
        raw = raw_connect(server)
        ready = threading.Event()
        s = pynet.connect(server.address().port, "127.0.0.1", ready.set)
        assert ready.wait(10)
        listing = "import os; print(len(os.listdir('/proc/self/fd')))"
        with_all = subprocess.run([sys.executable, "-c", listing], close_fds=False, capture_output=True, text=True)
        with_none = subprocess.run([sys.executable, "-c", listing], close_fds=True, capture_output=True, text=True)
        assert with_all.stdout == with_none.stdout, (with_all, with_none)
        raw.close(); s.destroy(); server.close()
    """)


@pytest.mark.parametrize("event", ["lookup", "connectionAttempt", "connectionAttemptFailed", "connect", "ready"])
def test_a_fork_in_a_listener_while_several_addresses_are_tried(event):
    out = check(
        """
        server = pynet.create_server().listen(0, "127.0.0.1")
        children, told = [], []
        def lookup(host, options, found):
            pynet.set_timeout(found, 1, None, [("127.0.0.2", 4), ("127.0.0.1", 4)])
        def main():
            sock = pynet.connect(port=server.address().port, host="name", lookup=lookup)
            def on_event(*args):
                children.append(os.fork())
                told.clear()
                if children == [0]: signal.alarm(20)
            sock.on("ready", lambda: told.append("ready"))
            sock.on("ready", lambda: pynet.set_immediate(lambda: (sock.destroy(), server.close())))
            sock.once(sys.argv[1], on_event)
        pynet.run(main)
        if children == [0]: os._exit(8 if told else 7)
        print(os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]))
        """,
        event,
    )
    assert out == "7\n"


def test_the_child_of_a_process_without_descriptors_left_has_none_of_its_parents(tmp_path):
    isolated.check(
        """
        import os, resource, socket, sys
        import pynet
        servers = [pynet.create_server(print).listen(0, "127.0.0.1"), pynet.create_server(print).listen(sys.argv[1])]
        bound = pynet.BoundSocket(host="127.0.0.1")
        fds = [server.fileno() for server in servers] + [bound.fd()]
        inodes = [os.fstat(fd).st_ino for fd in fds]
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, limit[1]))
        filled = []
        try:
            while True:
                filled.append(os.dup(1))
        except OSError:
            pass
        child = os.fork()
        if child == 0:
            os._exit(sum(os.fstat(fd).st_ino == inode for fd, inode in zip(fds, inodes)))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for fd in filled:
            os.close(fd)
        assert status == 0, status
        bound.close()
        for server in servers:
            server.close()
        """,
        tmp_path / "s.sock",
    )


def test_a_future_of_the_parent_is_refused_in_a_forked_child(script):
    done = script("""
        import asyncio, os, sys, pynet
        server = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        client.wait("connect")
        future = pynet.once(client, "end")
        async def await_it():
            await future
        pid = os.fork()
        if pid == 0:
            for call in (future.result, future.exception, lambda: asyncio.run(await_it())):
                try:
                    call()
                except pynet.NetError as error:
                    print(error.code)
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(pid, 0)
        client.destroy()
        server.close()
    """)
    assert done.stdout.splitlines() == ["ERR_FORKED"] * 3
