"""run() and paused sockets: they count while another thread may resume them."""

from __future__ import annotations

import pytest

import isolated

# A client of Python's own connects to a server in this process, and sends more than a paused socket reads: then nothing
# of pynet is active but what the tests are about. The bytes that the kernel does not take at once come from a child.
PRELUDE = """
    import _thread, contextlib, os, queue, signal, socket, sys, threading, time
    from concurrent.futures import ThreadPoolExecutor
    import pynet

    place = (sys.argv[1],) if len(sys.argv) > 1 else (0, "127.0.0.1")
    clients = []

    def serve(on_connection, **options):
        def accepted(sock):
            server.close()
            on_connection(sock)

        server = pynet.create_server(accepted, **options).listen(*place)
        address = server.address()
        client = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        client.connect(address if isinstance(address, str) else address[:2])
        clients.append(client)

    def send(size):
        with clients[-1] as client:
            if os.fork() == 0:
                client.sendall(bytes(size))
                os._exit(0)

    def fill():
        clients[-1].setblocking(False)
        with contextlib.suppress(BlockingIOError):
            clients[-1].send(bytes(2_000_000))

    def start(target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        thread.start()
        return thread

    leave = threading.Event()

    # Says what keeps run() going once nothing is read any more. Unreferenced: on a slow machine it may be due when
    # nothing keeps run(), or when that has returned and the background thread drives.
    def stop_later():
        def look():
            whys = {why for _, why in pynet.active()}
            if whys and "reads" not in whys and threading.current_thread().name != "pynet":
                print(*whys)
                pynet.clear_interval(timer)
                pynet.stop()

        global timer
        timer = pynet.set_interval(look, 20).unref()
"""


@pytest.fixture
def script(kind, tmp_path):
    """script(source): what a script prints, as a list of lines; its server is of this kind."""
    path = [str(tmp_path / "s.sock")] if kind == "unix" else []

    def run(source: str) -> list[str]:
        return isolated.check(isolated.join(PRELUDE, source), *path).splitlines()

    return run


def check(*parts: str) -> list[str]:
    return isolated.check(isolated.join(PRELUDE, *parts)).splitlines()


HELD = "paused: a thread may resume it (worker)"

# --- a thread that resumes ---


def test_a_worker_that_pauses_and_resumes_gets_everything(script):
    out = script("""
        chunks, total = queue.Queue(), 0

        def work(sock):
            global total
            while chunk := chunks.get():
                total += len(chunk)
                sock.resume()

        def on_connection(sock):
            worker = start(work, sock)
            sock.on("data", lambda chunk: (sock.pause(), chunks.put(chunk)))
            sock.on("end", lambda: (chunks.put(b""), worker.join()))

        pynet.run(lambda: serve(on_connection) or send(2_000_000))
        print(total)
    """)
    assert out == ["2000000"]


def test_so_does_a_pool_that_gets_each_chunk_of_once(script):
    out = script("""
        pool, total = ThreadPoolExecutor(1), 0

        def work(sock, chunk):
            global total
            total += len(chunk)
            listen(sock)
            sock.resume()

        def listen(sock):
            sock.once("data", lambda chunk: (sock.pause(), pool.submit(work, sock, chunk)))  # no listener is left then

        pynet.run(lambda: serve(listen) or send(2_000_000))
        pool.shutdown()
        print(total)
    """)
    assert out == ["2000000"]


def test_a_thread_that_resumes_just_before_it_ends(script):
    out = script("""
        def work(sock):
            leave.wait(0.2)
            sock.once("data", lambda chunk: (print("resumed"), pynet.stop()))
            sock.resume()

        pynet.run(lambda: serve(lambda sock: (sock.pause(), start(work, sock))) or fill())
    """)
    assert out == ["resumed"]


def test_run_returns_within_100_ms_of_the_end_of_the_thread(script):
    out = script("""
        ended = []

        def work():
            leave.wait(0.1)
            ended.append(time.monotonic())

        def measure():
            pynet.run(lambda: serve(lambda sock: (sock.pause(), start(work))) or fill())
            return time.monotonic() - ended[-1]

        print(len(ended), min(measure() for _ in range(3)) < 0.1, len(ended))
    """)
    assert out == ["0 True 3"]


def test_it_returns_at_once_when_the_socket_goes(script):
    out = script("""
        sockets = []

        def on_connection(sock):
            sockets.append(sock.pause())
            start(leave.wait)
            pynet.set_timeout(sock.destroy, 200).unref()

        pynet.run(lambda: serve(on_connection) or fill())
        print(sockets[0].destroyed)
    """)
    assert out == ["True"]


def test_stop_ends_it(script):
    out = script("""
        def on_connection(sock):
            sock.pause()
            threading.Thread(target=lambda: leave.wait(0.2) or pynet.stop() or leave.wait(), daemon=True).start()

        pynet.run(lambda: serve(on_connection) or fill())
        print("over")
    """)
    assert out == ["over"]


def test_a_signal_handler_that_raises_leaves_it():
    out = check("""
        def on_connection(sock):
            sock.pause()
            start(leave.wait)
            signal.setitimer(signal.ITIMER_REAL, 0.2)

        def on_alarm(*args):
            raise InterruptedError("alarm")

        signal.signal(signal.SIGALRM, on_alarm)
        try:
            pynet.run(lambda: serve(on_connection) or fill())
        except InterruptedError as error:
            print(error)
    """)
    assert out == ["alarm"]


def test_without_memory_for_a_look_it_looks_again():
    out = check("""
        looks, enumerate_threads = [], threading.enumerate

        def without_memory():
            looks.append(1)
            if len(looks) < 4:
                raise MemoryError
            return enumerate_threads()

        threading.enumerate = without_memory
        pynet.run(lambda: serve(lambda sock: sock.pause()) or fill())
        print(len(looks))
    """)
    assert out == ["4"]


def test_a_signal_closes_it_in_order(script):
    out = script("""
        def on_connection(sock):
            sock.on("close", lambda had_error: print("close"))
            sock.pause()
            start(leave.wait)
            pynet.set_timeout(os.kill, 200, os.getpid(), signal.SIGTERM).unref()

        pynet.run(lambda: serve(on_connection) or fill(), signals=True)
    """)
    assert out == ["close"]


# --- which sockets count ---

COUNTS = {
    "a data listener that pauses": 'sock.on("data", lambda chunk: sock.pause())',
    "paused before its data listener": 'sock.pause(); sock.on("data", print)',
    "unread data": "sock.pause()",
    "a readable listener that does not read": 'sock.on("readable", lambda: None)',
    "a destination that takes no more": "sock.pipe(Full())",
    "a destination that is full": 'sock.set_encoding("latin-1").pipe(Full())',
}


@pytest.mark.parametrize("pause", COUNTS.values(), ids=COUNTS)
def test_these_count_while_there_is_a_thread(script, pause):
    source = f"""
        class Full:
            def write(self, chunk): return False
            def on(self, event, listener): return self
            once = off = remove_listener = on

        def on_connection(sock):
            {pause}
            stop_later()

        threading.Thread(target=leave.wait, name="worker", daemon=True).start()
        pynet.run(lambda: serve(on_connection) or fill())
    """
    assert script(source) == [HELD]


@pytest.mark.parametrize("pause", COUNTS.values(), ids=COUNTS)
def test_without_a_thread_none_of_them_counts(script, pause):
    source = f"""
        class Full:
            def write(self, chunk): return False
            def on(self, event, listener): return self
            once = off = remove_listener = on

        def on_connection(sock):
            {pause}
            stop_later()

        pynet.run(lambda: serve(on_connection) or fill())
        print(pynet.active())
    """
    assert script(source) == ["[]"]


def test_onread_that_pauses_counts(script):
    out = script("""
        def accepted(sock):
            server.close()
            sock.write(bytes(1000))
            sock.unref()

        server = pynet.create_server(accepted)

        def main():
            server.listen(*place)
            address = server.address()
            to = {"path": address} if isinstance(address, str) else {"port": address.port, "host": address.address}
            pynet.connect(to, onread={"buffer": bytearray(100), "callback": lambda *args: False})
            stop_later()

        threading.Thread(target=leave.wait, name="worker", daemon=True).start()
        pynet.run(main)
    """)
    assert out == [HELD]


DOES_NOT_COUNT = {
    "pause_on_connect alone": ("None", "pause_on_connect=True"),
    "pause_on_connect, paused again": ("sock.pause()", "pause_on_connect=True"),
    "no pause": ("None", ""),
    "a reference less": ("sock.pause().unref()", ""),
    "destroyed": ("sock.pause().destroy()", ""),
}


@pytest.mark.parametrize(("pause", "options"), DOES_NOT_COUNT.values(), ids=DOES_NOT_COUNT)
def test_these_do_not_count(script, pause, options):
    source = f"""
        def on_connection(sock):
            {pause}

        start(leave.wait)
        pynet.run(lambda: serve(on_connection, {options}) or fill())
        print(pynet.active())
    """
    assert script(source) == ["[]"]


def test_pause_on_connect_counts_with_a_data_listener(script):
    out = script("""
        threading.Thread(target=leave.wait, name="worker", daemon=True).start()
        pynet.run(lambda: serve(lambda sock: sock.on("data", print), pause_on_connect=True) or stop_later())
    """)
    assert out == [HELD]


def test_a_socket_whose_peer_has_ended_counts_while_data_is_unread(script):
    out = script("""
        threads = []

        def on_connection(sock):
            sock.pause()
            threads.append(threading.Thread(target=read, args=[sock], name="worker"))
            threads[0].start()
            stop_later()

        def read(sock):
            leave.wait()
            print(len(sock.read()))

        pynet.run(lambda: serve(on_connection) or send(1000))
        leave.set()
        pynet.run()
        threads[0].join()
        print(pynet.active())
    """)
    assert out == [HELD, "1000", "[]"]


# --- which threads count ---

PAUSED = """
    def run():
        pynet.run(lambda: serve(lambda sock: sock.pause()) or fill() or stop_later())
        pynet.clear_interval(timer)
"""


def test_a_daemon_thread_and_another_count_and_are_named():
    out = check(
        PAUSED,
        """
        for name, daemon in ("one", True), ("two", False), ("three", True), ("four", True), ("five", True):
            threading.Thread(target=leave.wait, name=name, daemon=daemon).start()
        run()
        leave.set()
    """,
    )
    prefix, names = out[0][:-1].split(" (")
    assert prefix == "paused: a thread may resume it"
    assert names.endswith(", 2 more")
    assert set(names.split(", ")[:-1]) < {"one", "two", "three", "four", "five"}


def test_an_idle_worker_of_an_executor_counts_until_it_is_shut_down():
    out = check(
        PAUSED,
        """
        with ThreadPoolExecutor(1, thread_name_prefix="pool") as pool:
            pool.submit(int).result()
            run()
        run()
        print("over")
    """,
    )
    assert out == ["paused: a thread may resume it (pool_0)", "over"]


def test_a_thread_of_the_module_thread_counts():
    out = check(
        PAUSED,
        """
        _thread.start_new_thread(leave.wait, ())
        run()
    """,
    )
    assert len(out) == 1
    assert out[0].startswith("paused: a thread may resume it (thread ")


def test_a_thread_that_has_not_run_yet_counts():
    out = check("""
        sys.setswitchinterval(100)  # it gets no turn before this thread waits
        for _ in range(50):
            _thread.start_new_thread(leave.wait, ())
        print(len(pynet._pynet._other_threads()))
    """)
    assert out == ["50"]


def test_a_thread_that_has_ended_does_not_count_though_threading_lists_it():
    out = check(
        PAUSED,
        """
        done = threading.Event()
        _thread.start_new_thread(lambda: (threading.current_thread(), done.set()), ())
        done.wait()
        run()
        print("over")
    """,
    )
    assert out == ["over"]


def test_the_main_thread_counts_beside_run():
    out = check(
        PAUSED,
        """
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    """,
    )
    assert out == ["paused: a thread may resume it (MainThread)"]


def test_the_main_thread_does_not_count_once_it_has_ended():
    out = check(
        PAUSED,
        """
        threading.Thread(target=lambda: (threading.main_thread().join(), run(), print("over"))).start()
    """,
    )
    assert out == ["over"]


def test_the_background_thread_does_not_count():
    out = check(
        PAUSED,
        """
        for _ in range(20):
            pynet.next_tick(int)  # starts it; it may still be ending when run() looks
            run()
        print("over")
    """,
    )
    assert out == ["over"]


def test_the_thread_of_serve_does_not_count_that_of_a_handler_does():
    out = check(
        PAUSED,
        """
        entered = threading.Event()
        server = pynet.serve(lambda sock: (sock.unref(), entered.set(), leave.wait()), 0, "127.0.0.1").unref()
        run()
        print("over")
        with socket.create_connection(server.address()[:2]):
            entered.wait()
            run()
            leave.set()
    """,
    )
    assert out == ["over", "paused: a thread may resume it (pynet-serve)"]


def test_the_thread_that_reads_a_source_of_pipeline_does_not_count():
    out = check(
        PAUSED,
        """
        read, write = os.pipe()
        sink = pynet.connect(9, "host.invalid", lookup=lambda *args: None)
        pynet.pipeline(os.fdopen(read, "rb"), sink, lambda error: None)
        sink.destroy()
        run()
        print([thread.name for thread in threading.enumerate()][1:])
        os.close(write)
    """,
    )
    assert out == ["['pynet source']"]


def test_in_the_child_of_a_fork_the_threads_of_the_parent_do_not_count():
    out = check(
        PAUSED,
        """
        start(leave.wait)
        if os.fork() == 0:
            run()
            os._exit(0)
        print(os.wait()[1])
    """,
    )
    assert out == ["0"]
