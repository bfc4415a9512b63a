"""All that waits has a driver: when run() is left, however it is left, the background loop goes on for the waiters."""

import asyncio
import contextlib
import signal
import threading
from concurrent import futures

import pytest

import isolated
import pynet
from helpers import raw_client, waits
from pynet import _exit


class Boom(Exception):
    pass


# --- how run() is left ---


def by_stop(everything):
    pynet.stop()


def by_an_exception(everything):
    raise Boom


def by_ctrl_c(everything):
    signal.raise_signal(signal.SIGINT)


def by_unref(everything):
    for each in everything:
        each.unref()


# --- what waits; each is answered by "x\n" and the end ---


def with_asyncio(coroutine):
    return lambda sock: asyncio.run(asyncio.wait_for(coroutine(sock), 10))


async def awaits_once(sock):
    return await pynet.once(sock, "data")


async def loops(sock):
    return [chunk async for chunk in sock]


async def reads(sock):
    return await sock.read_exactly(2)


def waits_for_futures(sock):
    future = pynet.once(sock, "data")
    futures.wait([future], 10)
    return future.result(0)


WAITS = {
    "read_exactly()": lambda sock: sock.read_exactly(2),
    "read_until()": lambda sock: sock.read_until("\n"),
    "for chunk in sock": list,
    "for line in sock.lines()": lambda sock: list(sock.lines()),
    "wait()": lambda sock: sock.wait("data"),
    "once().result()": lambda sock: pynet.once(sock, "data").result(),
    "concurrent.futures.wait()": waits_for_futures,
    "await once()": with_asyncio(awaits_once),
    "async for": with_asyncio(loops),
    "await read_exactly()": with_asyncio(reads),
}


def run_until_something_waits(leave, everything, begin):
    """run(), which leave() ends as soon as a thread, a task or a future waits."""

    def look():
        if waits() or _exit.pending:
            pynet.clear_interval(interval)
            leave([*everything, interval])

    def main():
        nonlocal interval
        interval = pynet.set_interval(look, 1)
        begin()

    interval = None
    with contextlib.suppress(Boom, KeyboardInterrupt):
        pynet.run(main)


@pytest.fixture
def accepted(server):
    """A server, a socket that it has accepted, and Python's own socket at the other end."""
    came, peers = threading.Event(), []
    srv = server(lambda sock: (peers.append(sock), came.set()))
    raw = raw_client(srv)
    assert came.wait(5)
    yield srv, peers[0], raw
    raw.close()
    peers[0].destroy()


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
@pytest.mark.parametrize("leave", [by_stop, by_an_exception, by_ctrl_c, by_unref])
def test_what_waits_when_run_is_left_is_answered(accepted, leave, wait):
    srv, sock, raw = accepted
    answers = []
    thread = threading.Thread(target=lambda: answers.append(wait(sock)))
    run_until_something_waits(leave, [srv, sock], thread.start)
    raw.sendall(b"x\n")
    raw.close()
    thread.join(10)
    assert answers in ([b"x\n"], [[b"x\n"]], [[b"x"]])


@pytest.mark.parametrize("leave", [by_stop, by_an_exception, by_ctrl_c, by_unref])
def test_a_loop_over_a_server_goes_on_after_run(bare, leave):
    srv = bare()
    got = []
    thread = threading.Thread(target=lambda: got.append(next(iter(srv))))
    run_until_something_waits(leave, [srv], thread.start)
    raw = raw_client(srv)
    thread.join(10)
    raw.close()
    assert len(got) == 1
    got[0].destroy()


@pytest.mark.parametrize("leave", [by_stop, by_an_exception, by_ctrl_c, by_unref])
def test_a_callback_of_a_future_is_called_after_run(accepted, leave):
    srv, sock, raw = accepted
    called = threading.Event()
    future = None

    def begin():
        nonlocal future
        future = pynet.once(sock, "data")
        future.add_done_callback(lambda future: called.set())

    run_until_something_waits(leave, [srv, sock], begin)
    raw.sendall(b"x")
    assert called.wait(10)


def test_a_wait_that_begins_after_run_has_a_driver(accepted):
    _, sock, raw = accepted
    pynet.run(lambda: (pynet.set_immediate(pynet.stop), sock.wait))
    raw.sendall(b"x")
    assert sock.read_exactly(1, timeout=10) == b"x"


def test_a_wait_for_a_plain_emitter_has_a_driver_after_run():
    emitter = pynet.EventEmitter()

    def look():
        if _exit.blocked:
            pynet.set_timeout(emitter.emit, 1, "over", 7)
            pynet.stop()
        else:
            pynet.set_immediate(look)

    answers = []
    thread = threading.Thread(target=lambda: answers.append(pynet.once(emitter, "over").result(10)))
    pynet.run(lambda: (thread.start(), pynet.set_immediate(look)))
    thread.join(10)
    assert answers == [7]


def test_without_a_waiter_run_leaves_no_driver(script):
    done = script("""
        import threading
        import pynet
        pynet.run(lambda: (pynet.create_server().listen(0), pynet.set_immediate(pynet.stop)))
        print([t.name for t in threading.enumerate()])
        """)
    assert done.stdout == "['MainThread']\n"


# --- several run() ---


def test_each_of_many_threads_that_call_run_returns(script):
    """The faster one ended the hand-over for all: a background thread that started then never handed over."""
    done = script("""
        import threading
        import pynet

        def work(barrier):
            barrier.wait()
            try:
                pynet.run()
            except RuntimeError as error:
                assert str(error) == "run() is active already", error
            pynet.set_timeout(int, 0)  # starts the background thread, if no other drives

        for _ in range(100):
            held = threading.Event()
            pynet.next_tick(held.wait)
            barrier = threading.Barrier(4)
            threads = [threading.Thread(target=work, args=(barrier,), daemon=True) for _ in range(3)]
            for thread in threads: thread.start()
            barrier.wait()
            held.set()
            for thread in threads:
                thread.join(10)
                assert not thread.is_alive()
        print("all returned")
        """)
    assert (done.stdout, done.stderr) == ("all returned\n", "")


@pytest.mark.posix_only("a process gets no signals of others")
def test_ctrl_c_in_one_run_that_waits_for_the_hand_over_leaves_the_other_its_turn(script):
    done = script("""
        import os, signal, threading
        import pynet
        held, inside = threading.Event(), threading.Event()

        def hold():
            inside.set()
            held.wait()
        pynet.next_tick(hold)
        inside.wait()
        other = threading.Thread(target=pynet.run, args=(lambda: print("the other drives"),), daemon=True)
        other.start()
        killer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        killer.start()
        try:
            pynet.run(lambda: print("not reached"))
        except KeyboardInterrupt:
            print("interrupted")
        held.set()
        other.join(10)
        print(other.is_alive())
        """)
    assert (done.stdout, done.stderr) == ("interrupted\nthe other drives\nFalse\n", "")


@pytest.mark.posix_only("a process gets no signals of others")
def test_ctrl_c_in_a_run_that_waits_for_the_hand_over_leaves_the_background_driving(script):
    done = script("""
        import os, signal, threading
        import pynet
        held, inside, over = threading.Event(), threading.Event(), threading.Event()

        def hold():
            inside.set()
            held.wait()
        pynet.next_tick(hold)
        inside.wait()

        def interrupt(number, frame):
            held.set()
            driver.join(10)  # it has handed over
            raise KeyboardInterrupt
        driver = next(t for t in threading.enumerate() if t.name == "pynet")
        signal.signal(signal.SIGINT, interrupt)
        pynet.set_timeout(over.set, 100)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            pynet.run(lambda: print("not reached"))
        except KeyboardInterrupt:
            print(over.wait(10))
        """)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_main_is_called_while_another_run_still_waits(script):
    """A thread in a turn() block, one whose run() waits for the hand-over: neither takes main() from run()."""
    done = script("""
        import threading
        import pynet
        held = threading.Event()
        ran = []

        def work():
            try:
                pynet.run(lambda: ran.append(1))
            except RuntimeError:
                ran.append(0)
        for _ in range(50):
            held = threading.Event()
            pynet.next_tick(held.wait)
            threads = [threading.Thread(target=work) for _ in range(3)]
            for thread in threads: thread.start()
            held.set()
            with pynet.turn():
                pass
            for thread in threads: thread.join()
        print(len(ran))
        """)
    assert (done.stdout, done.stderr) == ("150\n", "")


# --- when there can be no driver ---

DEAD = """
    import asyncio, os, sys, threading
    from concurrent import futures
    import pynet
    from pynet import _exit

    def backend():
        links = {n: os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if n.isdigit()
                 if os.path.lexists(f"/proc/self/fd/{n}")}
        return int(next(n for n, link in links.items() if "eventpoll" in link))

    peers = []
    server = pynet.create_server(lambda peer: peers.append(peer.on("error", lambda error: None)))
    server.listen(0, "127.0.0.1")
    sock = pynet.connect(server.address().port, "127.0.0.1")
    sock.on("error", lambda error: None)
    sock.wait("connect")
    while not peers:
        pass
    outcome = []

    def work():
        try:
            WAIT
        except BaseException as error:
            outcome.append(getattr(error, "code", error))
    thread = threading.Thread(target=work)
    thread.start()
    while not (_exit.blocked or _exit.pending or pynet._pynet._counts()["waits"]):
        pass
"""
WAITS_TO_DIE = [
    "sock.read_exactly(1)",
    "list(sock)",
    "sock.wait('data')",
    "pynet.once(sock, 'data').result()",
    "next(iter(server))",
    "peers[0].write(bytes(20_000_000)); server.shutdown().result()",
    "futures.wait([f := pynet.once(sock, 'data')]); f.result(0)",
]


@pytest.mark.posix_only("the loop watches no descriptor, and so does not die of one")
@pytest.mark.parametrize("wait", WAITS_TO_DIE)
@pytest.mark.parametrize("where", ["background", "run()"])
def test_a_loop_that_dies_ends_the_waits(wait, where):
    kill = "pynet.next_tick(os.close, backend())"
    foreground = f"""
        try:
            pynet.run(lambda: {kill})
        except pynet.NetError as error:
            reported.put(error.code)
    """
    background = f"""
        sys.unraisablehook = lambda args: reported.put(args.exc_value.code)
        {kill}
    """
    out = isolated.check(
        isolated.join(
            DEAD.replace("WAIT\n", wait + "\n"),
            "import queue; reported = queue.Queue()",
            foreground if where == "run()" else background,
            """
            thread.join(10)
            print(reported.get(timeout=10))
            print(outcome)
            """,
        ),
        timeout=10,
    )
    assert out == "ERR_LOOP_DEAD\n['ERR_LOOP_DEAD']\n"


@pytest.mark.posix_only("a stack cannot be that big")
@pytest.mark.parametrize("wait", WAITS_TO_DIE)
def test_when_no_thread_can_be_started_the_waits_raise(wait):
    out = isolated.check(
        isolated.join(
            DEAD.replace("WAIT\n", wait + "\n"),
            """
            def main():
                threading.stack_size(1 << 46)
                pynet.set_immediate(pynet.stop)
            pynet.run(main)
            thread.join(10)
            print(outcome)
            threading.stack_size(0)
            for each in (sock, *peers):
                each.destroy()
            server.close()
            """,
        ),
        timeout=10,
    )
    assert out == '[RuntimeError("can\'t start new thread")]\n'
