"""Attached to a host: the end of the interpreter, the child of a fork, descriptors that code outside pynet closes."""

import socket

import isolated
from isolated.tools import read_all

HOST = """
    import os, select, sys, threading
    import pynet
    from isolated.tools import echo_server, raw_connect, talk

    class Host:
        def __init__(self, **options):
            self.drive = pynet.embed(**options)
            self.poll = select.poll()
            self.poll.register(self.drive.fileno(), select.POLLIN)
        def run_until(self, condition):
            while not condition():
                assert self.poll.poll(10_000), "not readable in time"
                self.drive.step()
    def in_thread(function, *args):
        result = []
        def call():
            result.append(function(*args))
            pynet.next_tick(lambda: None)  # wakes the host
        thread = threading.Thread(target=call)
        thread.start()
        return result, thread
"""


def check(script, *args, **options):
    return isolated.check(isolated.join(HOST, script), *args, **options)


def test_no_thread_is_started_while_attached():
    check("""
        host = Host()
        server = echo_server()
        answer, thread = in_thread(talk, server)
        host.run_until(lambda: answer)
        assert answer == [b"hello"]
        thread.join()
        assert threading.enumerate() == [threading.main_thread()]
    """)


def test_the_first_call_after_close_starts_the_background_thread():
    check("""
        host = Host()
        server = echo_server()
        host.drive.close()
        assert threading.enumerate() == [threading.main_thread()]
        pynet.next_tick(lambda: None)
        assert [thread.name for thread in threading.enumerate()] == ["MainThread", "pynet"]
        assert talk(server) == b"hello"
    """)


def test_step_says_when_the_next_turn_is_due():
    check("""
        host = Host()
        assert host.drive.step() is None
        timer = pynet.set_timeout(lambda: None, 10_000)
        assert 9 < host.drive.step() <= 10
        pynet.set_immediate(lambda: pynet.set_immediate(lambda: None))
        assert host.drive.step() == 0
        assert host.poll.poll(0)
        assert host.drive.step() > 0
        pynet.clear_timeout(timer)
        assert host.drive.step() is None
    """)


# --- the exit ---


def test_exit_while_attached_sends_what_is_queued():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with isolated.start(
            isolated.join(
                HOST,
                """
                host = Host()
                connected = []
                sock = pynet.connect(int(sys.argv[1]), "127.0.0.1", lambda: connected.append(1))
                host.run_until(lambda: connected)
                sock.write(bytes(4_000_000))
                """,
            ),
            listener.getsockname()[1],
        ) as process:
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(20)
                assert len(read_all(peer)) == 4_000_000
            assert process.wait(20) == 0


def test_exit_unlinks_unix_paths(tmp_path):
    path = tmp_path / "s.sock"
    check(
        """
        host = Host()
        server = pynet.create_server().listen(sys.argv[1])
        assert os.path.exists(sys.argv[1])
        """,
        path,
    )
    assert not path.exists()


def test_exit_inside_a_step():
    done = isolated.run(
        isolated.join(
            HOST,
            """
            host = Host()
            pynet.next_tick(sys.exit, 3)
            host.run_until(lambda: False)
            """,
        )
    )
    assert (done.returncode, done.stderr) == (3, "")


def test_exit_while_another_thread_is_the_host():
    done = isolated.run(
        isolated.join(
            HOST,
            """
            attached = threading.Event()
            def serve():
                host = Host()
                attached.set()
                host.run_until(lambda: False)
            threading.Thread(target=serve, daemon=True).start()
            attached.wait()
            server = echo_server()
            assert talk(server) == b"hello"
            """,
        )
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.seconds < 10


def test_step_at_exit_does_nothing():
    check("""
        import atexit
        def late():
            assert host.drive.step() is None
            assert host.drive.fileno() == -1
        atexit._clear()
        atexit.register(late)
        atexit.register(pynet._pynet._at_exit)
        host = Host()
    """)


def test_embed_after_the_exit_raises():
    out = check("""
        import atexit
        def late():
            try:
                pynet.embed()
            except pynet.NetError as error:
                print(error.code)
        atexit._clear()
        atexit.register(late)
        atexit.register(pynet._pynet._at_exit)
    """)
    assert out == "ERR_LOOP_CLOSED\n"


# --- fork ---


FORK = """
    import warnings
    warnings.simplefilter("ignore")  # newer Pythons warn of fork() with threads
    from isolated.forking import collect, fork, hello_anew, in_child
"""


def check_fork(script):
    return isolated.check(isolated.join(FORK, HOST, script))


def test_the_child_of_a_fork_is_not_attached():
    check_fork("""
        host = Host()
        server = echo_server()
        assert in_child(lambda: (host.drive.closed, host.drive.fileno(), host.drive.step(), host.drive.close())) == str(
            (True, -1, None, None)
        )
        answer, thread = in_thread(talk, server)
        host.run_until(lambda: answer)
        assert answer == [b"hello"]
        host.drive.close()
    """)


def test_the_child_attaches_anew():
    check_fork("""
        host = Host()
        host.run_until(lambda: not host.poll.poll(0))
        def child():
            host = Host()
            server = echo_server()
            answer, thread = in_thread(talk, server)
            host.run_until(lambda: answer)
            return answer
        assert in_child(child) == "[b'hello']"
        assert not host.poll.poll(0)
        host.drive.close()
    """)


def test_a_fork_inside_a_listener():
    check_fork("""
        host = Host()
        results = []
        def listener():
            results.append(fork(hello_anew))
        pynet.next_tick(listener)
        host.run_until(lambda: results)
        if results and results[0]:
            assert collect(results[0]) == "b'hello'"
        server = echo_server()
        answer, thread = in_thread(talk, server)
        host.run_until(lambda: answer)
        host.drive.close()
    """)


# --- descriptors ---


def test_the_backend_is_closed_by_code_outside_pynet():
    check("""
        import fcntl
        host = Host()
        called = []
        pynet.next_tick(lambda: None)
        host.run_until(lambda: not host.poll.poll(0))
        for fd in range(3, host.drive.fileno()):
            try:
                kind = os.readlink(f"/proc/self/fd/{fd}")
            except OSError:
                continue
            if "eventpoll" in kind:
                os.close(fd)
        pynet.next_tick(called.append, 1)
        assert host.poll.poll(1000)
        try:
            host.drive.step()
        except pynet.NetError as error:
            assert error.code == "ERR_LOOP_DEAD", error
        else:
            raise AssertionError("step() has not raised")
        assert host.drive.closed
        assert host.drive.step() is None
        assert not host.poll.poll(20), "the host would spin"
    """)


def test_no_descriptor_is_left_for_embed():
    check("""
        import resource
        pynet.next_tick(lambda: None)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        taken = []
        while True:
            try:
                taken.append(os.dup(0))
            except OSError:
                break
        try:
            pynet.embed()
        except OSError as error:
            assert error.code == "EMFILE", error
        else:
            raise AssertionError("embed() has not raised")
        for fd in taken:
            os.close(fd)
        host = Host()
        server = echo_server()
        answer, thread = in_thread(talk, server)
        host.run_until(lambda: answer)
    """)


def test_no_descriptor_is_leaked():
    check("""
        def count():
            return len(os.listdir("/proc/self/fd"))
        pynet.embed().close()
        before = count()
        for _ in range(100):
            pynet.embed().close()
        assert count() == before
    """)


# --- what waits when embed() is called ---

WAITING = """
    drive = pynet.embed()
    called = []
    pynet.set_immediate(called.append, 1)
    drive.close()  # no thread drives, and an immediate waits
"""


def test_embed_calls_wake_for_what_waits_already():
    check(
        isolated.join(
            WAITING,
            """
            soon = []
            host = Host(wake=soon.append)
            assert soon == [host.drive.step]
            soon[0]()
            assert called == [1]
            """,
        )
    )


def test_embed_without_wake_is_readable_for_what_waits_already():
    check(
        isolated.join(
            WAITING,
            """
            host = Host()
            host.run_until(lambda: called)
            """,
        )
    )


def test_a_wake_that_raises_in_embed_leaves_nothing_attached():
    check(
        isolated.join(
            WAITING,
            """
            def wake(step):
                raise ValueError("no")
            try:
                pynet.embed(wake)
            except ValueError:
                pass
            assert pynet._pynet._driver() == ("idle", False)
            host = Host()
            host.run_until(lambda: called)
            """,
        )
    )
