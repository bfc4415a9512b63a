"""Bugs that reading, writing and piping once had, each by the scenario that showed it."""

from __future__ import annotations

import socket

import isolated
import pynet
from helpers import on_loop, wait_until
from isolated.tools import read_all

# What every script begins with: at(n, action, call) calls, and runs action() in the midst of it, in a collection that
# one of the call's allocations sets off, about the nth (a finalizer could do the same).
PRELUDE = """
    import gc, os, socket, sys, threading, weakref
    import pynet
    from helpers import on_loop, wait_until

    class Target:
        # a listening socket that answers nobody, to be connected to again and again
        def __init__(self):
            self.listening = socket.create_server(("127.0.0.1", 0), backlog=100)
            self.port = self.listening.getsockname()[1]

    def at(n, action, call, *args):
        armed = [False]
        def hook(phase, info):
            if armed[0]:
                armed[0] = False
                action()
        gc.collect()
        gc.disable()
        pad = [([], (i,), (i, i), (i, i, i), {}) for i in range(200)]   # nothing is left in the free lists
        gc.callbacks.append(hook)
        armed[0] = True
        try:
            gc.set_threshold(gc.get_count()[0] + n)
            gc.enable()
            return call(*args)
        finally:
            armed[0] = False
            gc.set_threshold(700)
            gc.callbacks.remove(hook)
"""


def check(source: str, *args) -> None:
    assert isolated.check(isolated.join(PRELUDE, source), *args) == "well\n"


# --- code that runs in the midst of a call: collections ---


def test_end_while_a_collection_takes_the_empty_queue_away():
    """The list of callbacks is an allocation, and the queue it was for had been freed by then."""
    check("""
        target = Target()
        for n in range(4):
            sock = pynet.connect(target.port, "127.0.0.1")
            assert wait_until(lambda: not sock.connecting)
            sock.cork()
            ended = threading.Event()
            at(n, sock.uncork, sock.end, lambda err: ended.set())
            assert ended.wait(5)
            sock.destroy()
        print("well")
    """)


def test_connect_while_a_collection_connects_the_same_socket():
    """The inner handle was lost, and its lookup went on beside the outer one."""
    check("""
        target = Target()
        for n in range(12):
            sock = pynet.Socket()
            sock.on("error", lambda err: None)
            at(n, lambda: sock.connect(target.port, "localhost"), sock.connect, target.port, "localhost")
            assert wait_until(lambda: not sock.connecting)
            sock.destroy()
        del sock
        assert wait_until(lambda: pynet._pynet._counts()["streams"] == 0), pynet._pynet._counts()
        print("well")
    """)


def test_connect_again_while_a_collection_connects_the_same_socket():
    """What was left of the life before was answered twice, from freed memory."""
    check("""
        target = Target()
        chunk = bytes(1 << 22)
        for n in range(25):
            sock = pynet.connect(target.port, "127.0.0.1")
            sock.on("error", lambda err: None)
            assert wait_until(lambda: not sock.connecting)
            told = []
            def again():
                with pynet.turn():
                    sock.destroy()
                    at(n, lambda: sock.connect(target.port, "127.0.0.1"), sock.connect, target.port, "127.0.0.1")
            for i in range(4):
                sock.write(chunk, lambda err, i=i: told.append(i))
            sock.end(lambda err: told.append(4))
            again()
            assert wait_until(lambda: len(told) == 5), told
            sock.destroy()
        del sock
        assert wait_until(lambda: pynet._pynet._counts()["streams"] == 0), pynet._pynet._counts()
        print("well")
    """)


def test_end_callbacks_of_a_dead_socket_while_a_collection_connects_it_again():
    """Making their error may run code; the queue was gone after it."""
    check("""
        target = Target()
        for n in range(12):
            sock = pynet.connect(target.port, "127.0.0.1")
            sock.on("error", lambda err: None)
            told = []
            def connect():
                if sock.destroyed:
                    sock.connect(target.port, "127.0.0.1")
            def arm():
                left = [n]
                def hook(phase, info):
                    left[0] -= 1
                    if left[0] < 0 and sock.destroyed:
                        gc.callbacks.remove(hook)
                        connect()
                gc.callbacks.append(hook)
                return hook
            def main():
                sock.cork()
                sock.write(b"x")
                sock.end(lambda err: told.append(err))
                sock.destroy()
                gc.collect()
                gc.set_threshold(1)
                hook = arm()
                return hook
            with pynet.turn():
                hook = main()
            assert wait_until(lambda: told)
            gc.set_threshold(700)
            if hook in gc.callbacks:
                gc.callbacks.remove(hook)
            sock.destroy()
        print("well")
    """)


def test_full_write_buffer_of_a_pipe_while_a_collection_unpipes():
    """The error's object is an allocation; the pipe was looked at after it."""
    check("""
        target = Target()
        accepted = []
        server = pynet.create_server(accepted.append).listen(0, "127.0.0.1")
        driver = on_loop(threading.get_ident)
        for n in range(8):
            dest = pynet.connect(target.port, "127.0.0.1", )
            pynet.Socket.__init__(dest, {"max_write_buffer": 10})
            dest.on("error", lambda err: None)
            client = socket.create_connection(server.address()[:2])
            assert wait_until(lambda: len(accepted) == n + 1)
            source = accepted[n]
            source.on("error", lambda err: None)
            assert wait_until(lambda: not dest.connecting)
            source.pipe(dest)
            client.sendall(b"x" * 10)
            assert wait_until(lambda: source.bytes_read == 10)
            left = [n]
            def hook(phase, info):
                # the driver makes nothing else meanwhile
                if phase == "start" and threading.get_ident() == driver:
                    left[0] -= 1
                    if left[0] < 0:
                        source.unpipe()
            client.setblocking(False)
            gc.collect()
            gc.callbacks.append(hook)
            gc.set_threshold(1)
            chunk = bytes(100_000)
            while not dest.destroyed and source.listener_count("data"):
                try:
                    client.send(chunk)
                except BlockingIOError:
                    pass
            gc.set_threshold(700)
            gc.callbacks.remove(hook)
            source.destroy()
            client.close()
        server.close()
        print("well")
    """)


def test_unshift_of_text_while_a_collection_sets_an_encoding():
    """Bytes came into a queue of text, and were read as such."""
    check("""
        for n in range(6):
            sock = pynet.Socket()
            sock.unshift(b"back")
            at(n, lambda: sock.set_encoding("utf8"), sock.unshift, "front\\udcff", "latin1")
            kept = sock.readable_length
            got = sock.read(kept)
            assert got in (b"front\\xffback", "front\\ufffdback"), got
        print("well")
    """)


# --- code that runs in the midst of a call: listeners, callbacks, finalizers ---


def test_onread_buffer_function_that_connects_the_socket_anew(kind, tmp_path):
    """libuv went on to read from the handle that had been closed."""
    check(
        """
        kind, path = sys.argv[1:]
        accepted = []

        def on_connection(sock):
            sock.on("error", lambda err: None)   # the first one is reset
            sock.write(b"hello")
            accepted.append(sock)

        server = pynet.create_server(on_connection).listen(*((0, "127.0.0.1") if kind == "tcp" else (path,)))
        address = server.address()
        where = {"path": address} if kind == "unix" else {"port": address.port, "host": "127.0.0.1"}
        asked, got = [], []

        def buffer():
            asked.append(1)
            if len(asked) == 1:
                sock.destroy()
                sock.connect(where)
            return bytearray(100)

        sock = pynet.Socket(onread={"buffer": buffer, "callback": lambda n, buf: got.append(bytes(buf[:n]))})
        sock.connect(where)
        assert wait_until(lambda: got), (asked, got)
        assert got == [b"hello"]
        sock.destroy()
        for each in accepted:
            each.destroy()
        server.close()
        print("well")
        """,
        kind,
        tmp_path / "s.sock",
    )


def test_onread_given_by_a_second_init_gets_what_is_read_next(kind, tmp_path):
    """The bytes landed elsewhere, and the callback was told of more than its buffer holds."""
    check(
        """
        kind, path = sys.argv[1:]
        accepted = []
        server = pynet.create_server(accepted.append).listen(*((0, "127.0.0.1") if kind == "tcp" else (path,)))
        address = server.address()
        sock = pynet.connect({"path": address} if kind == "unix" else {"port": address.port, "host": "127.0.0.1"})
        got = []
        sock.on("data", lambda chunk: None)
        assert wait_until(lambda: accepted and not sock.connecting)
        buffer = bytearray(4)
        sock.__init__({"onread": {"buffer": buffer, "callback": lambda n, buf: got.append(bytes(buf[:n]))}})
        accepted[0].write(b"abcdefghij")
        assert wait_until(lambda: len(b"".join(got)) >= 10), got
        assert b"".join(got) == b"abcdefghij"
        assert max(map(len, got)) <= 4
        sock.destroy()
        accepted[0].destroy()
        server.close()
        print("well")
        """,
        kind,
        tmp_path / "s.sock",
    )


def test_onread_set_again_by_what_the_old_one_leaves_behind():
    """The setting in the middle was lost, and never freed."""
    check("""
        class Callback:
            def __init__(self, then=lambda: None):
                self.then = then
            def __call__(self, n, buf):
                pass
            def __del__(self):
                self.then()

        def onread(callback):
            return {"onread": {"buffer": bytearray(10), "callback": callback}}

        inner, freed = [Callback()], []
        weakref.finalize(inner[0], freed.append, 1)
        sock = pynet.Socket()
        sock.__init__(onread(Callback(lambda: sock.__init__(onread(inner.pop())))))
        sock.__init__(onread(Callback()))
        del sock
        gc.collect()
        assert freed == [1]
        print("well")
    """)


def test_marker_of_an_early_write_is_in_nobodys_hands():
    """listeners() gave it away, and an emitter it was added to was taken for a socket."""
    check("""
        target = Target()
        with pynet.turn():
            sock = pynet.connect(target.port, "127.0.0.1")
            sock.write(b"x")
            markers = [f for name in ("connect", "close") for f in sock.raw_listeners(name) + sock.listeners(name)]
            names = sock.event_names()
        emitters = [pynet.EventEmitter() for _ in range(100)]
        for emitter in emitters:
            for marker in markers:
                emitter.on("anything", marker)
            emitter.emit("anything")
        assert (markers, names) == ([], []), (markers, names)
        sock.destroy()
        print("well")
    """)


def test_once_wrapper_called_by_the_finalizer_of_another_listener():
    """The emitter that was being freed was brought back to life, and freed twice."""
    check("""
        class Listener:
            def __call__(self):
                pass
            def __del__(self):
                for wrapper in wrappers:
                    wrapper()

        called = []
        for make in (pynet.EventEmitter, pynet.Socket, pynet.create_server):
            emitter = make()
            emitter.on("a", Listener())
            emitter.once("b", lambda: called.append(1))
            wrappers = emitter.raw_listeners("b")
            del emitter
            gc.collect()
        assert called == [1, 1, 1], called
        print("well")
    """)


def test_pipe_back_in_a_listener_of_unpipe_ends():
    """unpipe(), and a destination's end, took out what came back for ever."""
    check("""
        target = Target()
        counts = []
        def main():
            source, dest = pynet.Socket(), pynet.Socket()
            dest.on("unpipe", lambda src, info: (counts.append(1), len(counts) < 1000 and src.pipe(dest)))
            dest.on("error", lambda err: None)
            source.pipe(dest)
            source.unpipe()
            assert len(counts) == 1, len(counts)
            dest.destroy(ValueError("on purpose"))
        pynet.run(main)
        assert len(counts) < 10, len(counts)
        print("well")
    """)


def test_data_listeners_taken_away_take_the_pipes_with_them(kind, tmp_path):
    """remove_all_listeners("data") left the pipes writing: they are listeners of that event, as in Node."""
    check(
        """
        kind, path = sys.argv[1:]
        accepted = []
        server = pynet.create_server(accepted.append).listen(*((0, "127.0.0.1") if kind == "tcp" else (path,)))
        address = server.address()
        source = pynet.connect({"path": address} if kind == "unix" else {"port": address.port, "host": "127.0.0.1"})
        class Sink:
            def __init__(self): self.got = b""
            def write(self, chunk): self.got += chunk
        first, second = Sink(), Sink()
        source.pipe(first)
        pipe, = source.listeners("data")
        source.pipe(second)
        assert wait_until(lambda: accepted)
        accepted[0].write(b"1")
        assert wait_until(lambda: second.got == b"1")
        source.off("data", pipe)
        accepted[0].write(b"2")
        assert wait_until(lambda: second.got == b"12")
        source.remove_all_listeners("data")
        accepted[0].write(b"3")
        assert wait_until(lambda: source.bytes_read == 3)
        assert (first.got, second.got) == (b"1", b"12"), (first.got, second.got)
        source.destroy()
        accepted[0].destroy()
        server.close()
        print("well")
        """,
        kind,
        tmp_path / "s.sock",
    )


def test_error_of_a_destination_whose_source_is_gone_is_raised():
    """What the freed source's pipe had left among the listeners took the error for heard."""
    check("""
        class Sink(pynet.EventEmitter):
            def write(self, chunk): pass

        sink, source = Sink(), pynet.Socket()
        source.pipe(sink)
        del source
        gc.collect()
        try:
            sink.emit("error", ValueError("on purpose"))
        except ValueError:
            print("well")
    """)


# --- lack of memory ---


def test_failing_allocations_in_writelines_leave_the_socket_uncorked():
    """A MemoryError in the middle left it corked for ever."""
    check("""
        import _testcapi
        target = Target()
        sock = pynet.connect(target.port, "127.0.0.1")
        assert wait_until(lambda: not sock.connecting)
        failed = 0
        for n in range(40):
            _testcapi.set_nomemory(n, n + 1)
            try:
                sock.writelines([b"a", "b"])
            except MemoryError:
                failed += 1
            finally:
                _testcapi.remove_mem_hooks()
            assert sock.writable_corked == 0, n
        assert failed
        sock.destroy()
        print("well")
    """)


def test_failing_allocations_in_read_and_unshift_raise_what_they_are():
    """The exception had been told to somebody else: SystemError, or data that was lost without a word."""
    check("""
        import _testcapi
        failed = 0
        sys.unraisablehook = lambda unraisable: None
        for n in range(30):
            gc.collect()
            pad = [([], (i, i), {}) for i in range(100)]   # the free lists are empty
            sock = pynet.Socket()
            sock.on("data", lambda chunk: None)
            sock.pause()
            sock.unshift(b"0123456789")
            _testcapi.set_nomemory(n)
            try:
                got = sock.read()
            except MemoryError:
                failed += 1
                got = b"0123456789"
            finally:
                _testcapi.remove_mem_hooks()
            assert got == b"0123456789", (n, got)
            sock.resume()
            _testcapi.set_nomemory(n)
            try:
                sock.unshift(b"0123456789")
            except MemoryError:
                failed += 1
            finally:
                _testcapi.remove_mem_hooks()
            sock.destroy()
        assert failed
        print("well")
    """)


# --- the end of a connection ---


RESET = """
    import socket
    import struct
    import sys
    import pynet

    def main():
        def connected():
            peer, _ = listening.accept()
            peer.sendall(b"some")
            if sys.argv[1] == "ended":
                peer.shutdown(socket.SHUT_WR)
            pynet.set_timeout(reset, 10, peer)

        def reset(peer):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
            pynet.set_timeout(read, 10)

        def read():
            for event in "data", "end", "error", "close":
                sock.on(event, lambda *args, event=event: print(event, *args))
            sock.on("end", sock.end)
            sock.resume()

        listening = socket.create_server(("127.0.0.1", 0))
        sock = pynet.Socket().pause()
        sock.connect(listening.getsockname()[1], "127.0.0.1", connected)

    pynet.run(main)
"""


def test_reset_behind_the_last_data_is_no_clean_end():
    """libuv 1.44 said that the stream had ended: a transfer cut off by a reset looked complete."""
    done = isolated.run(RESET, "cut off")
    assert done.stdout.splitlines() == ["data b'some'", "error read ECONNRESET", "close True"], done.stderr


def test_reset_behind_the_end_leaves_the_end_clean():
    """All had come, and the end with it; SO_ERROR speaks of the reset nevertheless."""
    done = isolated.run(RESET, "ended")
    assert done.stdout.splitlines()[:2] == ["data b'some'", "end"], done.stderr


# --- read by hand outside the loop ---


def buffered(pair, data):
    """A paused client that has read so much and not given it to anybody."""
    sock, peer = (p := pair()).client, p.peer
    sock.pause()
    peer.write(data)
    assert wait_until(lambda: sock.readable_length == len(data))
    return sock


def test_a_readable_listener_reads_behind_what_a_thread_has_read(pair):
    """`data` gave what the listener read before what the thread had read: the bytes came in the wrong order."""
    sock = buffered(pair, b"abcdefgh")
    log = []

    def readable():
        log.append("readable")
        sock.read()

    with pynet.turn():
        sock.on("data", log.append)
        sock.on("readable", readable)
        assert sock.read(5) == b"abcde"
    assert wait_until(lambda: len(log) == 3)
    assert log == [b"abcde", "readable", b"fgh"]


def test_a_tick_reads_behind_what_a_thread_has_read(pair):
    """Also who reads on the loop before the thread's chunks have been told."""
    sock = buffered(pair, b"abcdefgh")
    log = []
    sock.on("data", log.append)
    with pynet.turn():
        pynet.next_tick(lambda: log.append(("read", sock.read(1))))
        pynet.next_tick(sock.unshift, b"F")
        pynet.next_tick(sock.resume)
        sock.read(3)
        sock.read(2)
    assert wait_until(lambda: b"gh" in log)
    assert log == [("read", b"f"), b"abc", b"de", b"f", b"F", b"gh"]


def test_resume_comes_behind_what_a_thread_has_read(pair):
    """As in Node, where read() has told it before the next tick."""
    sock = buffered(pair, b"abcdefgh")
    log = []
    sock.on("data", log.append).on("resume", lambda: log.append("resume"))
    with pynet.turn():
        sock.resume()
        sock.read(3)
        sock.read(2)
    assert wait_until(lambda: len(log) == 4)
    assert log == [b"abc", b"de", "resume", b"fgh"]


# --- corked after end() ---


def test_what_was_corked_after_end_ends_it(pair):
    """What uncork() could send at once, with nobody waiting for it, left the socket open for good."""
    p = pair({"high_water_mark": 50_000_000})
    log = []
    p.client.on("finish", lambda: log.append("finish"))

    def end():
        p.client.write(bytes(20_000_000))
        p.client.end(b"x")
        p.client.cork()

    p.peer.pause()
    on_loop(end)
    p.peer.resume()
    assert wait_until(lambda: p.client.writable_length == 1 and p.peer.bytes_read == 20_000_000)
    assert on_loop(lambda: (p.client.writable_length, log)) == (1, [])
    p.client.uncork()
    assert wait_until(lambda: log == ["finish"])
    assert p.peer.bytes_read == 20_000_001


# --- the end of the interpreter ---


def test_written_before_the_connection_leaves_at_exit(tmp_path):
    """Nobody told the queue that the connection was there."""
    path = str(tmp_path / "s.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        listening.settimeout(20)
        done = isolated.run(
            """
            import sys
            import pynet
            held = pynet.turn()
            held.__enter__()   # nothing is dispatched before the exit
            sock = pynet.connect(sys.argv[1])
            sock.write(b"early")
            """,
            path,
        )
        assert (done.returncode, done.stderr) == (0, "")
        peer, _ = listening.accept()
        with peer:
            assert read_all(peer) == b"early"
