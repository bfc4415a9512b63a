"""The background driver: when it starts, what thread it is, and that the main thread is left alone."""

import threading

import pytest

import isolated
import pynet
from helpers import on_loop, printed


def test_import_and_objects_start_no_thread():
    out = isolated.check("""
        import os, threading, pynet
        server, sock, emitter = pynet.create_server(), pynet.Socket(), pynet.EventEmitter()
        server.on("connection", print)
        sock.on("data", print)
        emitter.emit("x")
        print(threading.active_count(), len(os.listdir("/proc/self/task")))
    """)
    assert out == "1 1\n"


@pytest.mark.posix_only("there is no /proc")
def test_import_opens_no_descriptor():
    out = isolated.check("""
        import os
        before = os.listdir("/proc/self/fd")
        import pynet
        pynet.create_server(); pynet.Socket()
        print(len(os.listdir("/proc/self/fd")) - len(before))
    """)
    assert out == "0\n"


@pytest.mark.parametrize(
    "call",
    [
        "pynet.next_tick(done.set)",
        "pynet.set_timeout(done.set, 1)",
        "pynet.set_interval(done.set, 1)",
        "pynet.set_immediate(done.set)",
        "pynet.create_server().listen(0, '127.0.0.1', done.set)",
        "pynet.create_server().get_connections(lambda err, count: done.set())",
        "pynet.create_server().close(lambda err: done.set())",
        "pynet.connect(path='/nonexistent/x').on('error', lambda err: done.set())",
        "pynet.Socket().on('close', lambda had: done.set()).destroy()",
        "sock = pynet.Socket().set_timeout(1, done.set)",
    ],
)
def test_the_first_call_that_needs_it_starts_it(call):
    out = isolated.check(
        f"""
        import os, threading, pynet
        done = threading.Event()
        assert threading.active_count() == 1
        {call}
        assert done.wait(10)
        print([(t.name, t.daemon) for t in threading.enumerate() if t is not threading.main_thread()])
        os._exit(0) if "listen" in {call!r} else None
        """,
        env={"PYTHONUNBUFFERED": "1"},
    )
    assert out == "[('pynet', True)]\n"


def test_many_first_calls_at_once_start_one_thread():
    out = isolated.check("""
        import threading, pynet
        barrier, done = threading.Barrier(8), threading.Semaphore(0)
        def call():
            barrier.wait()
            pynet.next_tick(done.release)
        threads = [threading.Thread(target=call) for _ in range(8)]
        for t in threads: t.start()
        for t in threads: t.join()
        for _ in threads: assert done.acquire(timeout=10)
        print([t.name for t in threading.enumerate()])
    """)
    assert out == "['MainThread', 'pynet']\n"


MASKS = """
    import os, signal, threading, pynet
    def blocked(task):
        with open(f"/proc/self/task/{task}/status") as file:
            mask = next(int(line.split()[1], 16) for line in file if line.startswith("SigBlk"))
        return {s for s in signal.valid_signals() if mask >> (s - 1) & 1}
    everything = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
"""


def test_the_thread_blocks_every_signal_and_the_main_thread_none():
    isolated.check(
        MASKS
        + """
    seen = threading.Event()
    pynet.next_tick(seen.set)
    assert seen.wait(10)
    thread = next(t for t in threading.enumerate() if t.name == "pynet")
    assert blocked(thread.native_id) == everything, everything - blocked(thread.native_id)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before == set()
    """
    )


@pytest.mark.posix_only("there is no /proc")
def test_the_call_that_starts_the_thread_blocks_no_signal_while_it_waits_for_it(script):
    """threading.Thread.start() waited for the new thread, with all signals blocked: a hang there ignored SIGTERM."""
    done = script("""
        import os, threading
        import pynet
        held, go = threading._active_limbo_lock, threading.Event()

        def look():
            go.wait()
            while len(os.listdir("/proc/self/task")) < 3:
                pass
            status = open(f"/proc/self/task/{os.getpid()}/status").read()
            print(status.partition("SigBlk:")[2].split()[0].strip("0"))
        other = threading.Thread(target=look)
        other.start()
        with held:  # the new thread needs this lock to be listed
            go.set()
            pynet.set_timeout(print, 1, "called")
        other.join()
        pynet.run()
        """)
    assert printed(done) == ["", "called"]


def test_it_is_a_thread_of_the_module_threading():
    thread = on_loop(threading.current_thread)
    assert (thread.name, thread.daemon, thread.is_alive()) == ("pynet", True, True)
    assert thread.ident == on_loop(threading.get_ident)
    assert thread.native_id == on_loop(threading.get_native_id)
    assert thread in threading.enumerate()


def test_the_thread_that_hands_over_can_be_joined():
    thread = on_loop(threading.current_thread)
    pynet.run()
    thread.join(10)
    assert not thread.is_alive()
    assert thread not in threading.enumerate()


def test_settrace_and_setprofile_of_threading_reach_it(script):
    """Debuggers and coverage tools use them."""
    done = script("""
        import sys, threading
        import pynet
        threading.settrace(lambda *args: None)
        threading.setprofile(lambda *args: None)
        over = threading.Event()
        pynet.next_tick(lambda: (print(sys.gettrace() is threading.gettrace() is not None,
                                       sys.getprofile() is threading.getprofile() is not None), over.set()))
        over.wait()
        """)
    assert printed(done) == ["True True"]


def test_the_resolver_threads_block_every_signal():
    isolated.check(
        MASKS
        + """
    failed = threading.Event()
    pynet.connect(1, "localhost").on("error", lambda err: failed.set())
    assert failed.wait(20)
    others = [t for t in map(int, os.listdir("/proc/self/task")) if t != threading.main_thread().native_id]
    assert len(others) >= 2, "no resolver thread was seen"
    assert all(blocked(t) == everything for t in others)
    """
    )


@pytest.mark.posix_only("there is no /proc")
def test_libuv_starts_no_thread_of_its_own():
    out = isolated.check("""
        import os, threading, pynet
        up = threading.Event()
        server = pynet.create_server(lambda s: s.end("x")).listen(0, "127.0.0.1")
        s = pynet.connect(server.address().port, "127.0.0.1")
        s.on("data", print); s.on("close", lambda had: up.set())
        assert up.wait(10)
        print(len(os.listdir("/proc/self/task")))
        server.close()
    """)
    assert out == "b'x'\n2\n"


def test_a_signal_reaches_a_sleeping_main_thread_at_once():
    isolated.check("""
        import os, signal, threading, time, pynet
        class Woken(Exception): pass
        def handler(number, frame):
            assert threading.current_thread() is threading.main_thread()
            raise Woken
        signal.signal(signal.SIGUSR1, handler)
        sent = []
        def send():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGUSR1)
        for _ in range(5):
            try:
                pynet.set_timeout(send, 20)
                time.sleep(20)
            except Woken:
                assert time.monotonic() - sent[-1] < 1
            else:
                raise AssertionError("slept on")
    """)


@pytest.mark.posix_only("select() takes sockets only")
def test_a_busy_loop_does_not_interrupt_the_main_thread():
    isolated.check("""
        import select, signal, threading, time, pynet
        signal.set_wakeup_fd(-1)
        calls = []
        timer = pynet.set_interval(lambda: calls.append(1), 1)
        r, w = __import__("os").pipe()
        began = time.monotonic()
        time.sleep(0.15)
        assert select.select([r], [], [], 0.1) == ([], [], [])
        assert time.monotonic() - began >= 0.25
        assert len(calls) > 10
        assert signal.set_wakeup_fd(-1) == -1
        pynet.clear_interval(timer)
    """)


def test_ctrl_c_hits_the_main_thread_and_the_loop_goes_on():
    isolated.check("""
        import os, signal, threading, time, pynet
        try:
            pynet.set_timeout(lambda: os.kill(os.getpid(), signal.SIGINT), 10)
            time.sleep(20)
        except KeyboardInterrupt:
            done = threading.Event()
            pynet.set_timeout(done.set, 1)
            assert done.wait(10)
        else:
            raise AssertionError("no KeyboardInterrupt")
    """)


def test_listeners_run_one_after_another_on_the_one_thread():
    isolated.check("""
        import threading, pynet
        inside, most, names, done = 0, 0, set(), threading.Semaphore(0)
        def call():
            global inside, most
            inside += 1
            most = max(most, inside)
            names.add(threading.current_thread().name)
            for _ in range(100): pass
            inside -= 1
            done.release()
        def ask():
            for i in range(300):
                (pynet.next_tick, pynet.set_immediate)[i % 2](call)
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for t in threads: t.start()
        for _ in range(1200): assert done.acquire(timeout=10)
        assert (most, names) == (1, {"pynet"})
    """)


def test_what_a_method_causes_for_another_thread_waits_for_the_next_turn():
    """A listener that is under way is not entered a second time by calls of other threads."""
    isolated.check("""
        import threading, pynet
        order, inside, go, done = [], threading.Event(), threading.Event(), threading.Event()
        def slow():
            order.append("in")
            inside.set()
            assert go.wait(10)
            order.append("out")
        pynet.next_tick(slow)
        assert inside.wait(10)
        sock = pynet.Socket()
        sock.on("close", lambda had: (order.append("close"), done.set()))
        sock.destroy()
        pynet.next_tick(order.append, "tick")
        assert order == ["in"]
        go.set()
        assert done.wait(10)
        assert order == ["in", "out", "close", "tick"] or order == ["in", "out", "tick", "close"], order
    """)
