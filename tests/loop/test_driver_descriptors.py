"""Descriptors that other code closed: a clear error, never an abort."""

import re
import shutil
import subprocess
import sys
import threading

import pytest

import isolated
from helpers import printed, raw_client
from isolated.descriptors import PRELUDE, check
from paths import ROOT


@pytest.mark.parametrize(
    "after",
    [
        "sock.write('x')",
        "sock.write('x' * 8_000_000)",
        "sock.end()",
        "sock.end('x')",
        "sock.destroy()",
        "sock.pause(); sock.resume(); sock.write('x')",
        "sock.pause(); called_soon(); sock.resume(); sock.destroy()",
        "sock.set_no_delay(); sock.set_keep_alive(True); sock.destroy()",
        "sock.address(); sock.remote_address; sock.local_port; repr(sock); sock.destroy()",
        "sock.unref(); sock.ref(); sock.destroy()",
        "sock.pipe(sock); sock.write('x')",
        "raw.sendall(b'x'); sock.destroy()",
        "raw.close(); sock.destroy()",
    ],
)
def test_an_idle_socket_and_what_is_done_with_it_then(after):
    check(f"""
        peers, heard = [], []
        server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
        raw, sock = connected(server, peers)
        sock.on("error", lambda err: heard.append(err.code))
        sock.on("data", lambda chunk: None)
        sock.on("close", lambda had: heard.append(had))
        assert called_soon()
        os.close(sock.fileno())
        {after}
        assert called_soon()
        sock.destroy()
        wait(lambda: heard)
        assert heard in ([False], ["EBADF", True]), heard
        bystander = echo_server()
        assert talk(bystander) == b"hello"
        bystander.close(); server.close(); raw.close()
        assert errors == []
    """)


def test_a_write_says_ebadf():
    check("""
        peers, heard = [], []
        server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
        raw, sock = connected(server, peers)
        sock.on("error", heard.append)
        os.close(sock.fileno())
        answers = []
        sock.write("x", answers.append)
        wait(lambda: sock.closed and answers and heard)
        assert [heard[0].code, heard[0].syscall, answers[0].code] == ["EBADF", "write", "EBADF"], (heard, answers)
        server.close(); raw.close()
    """)


EVENTS = ["connection", "data", "drain", "written", "end", "timeout", "close"]


@pytest.mark.parametrize("then", ["None", "sock.write('x')", "sock.pause()", "sock.end()", "sock.destroy()"])
@pytest.mark.parametrize("event", EVENTS)
def test_closed_inside_a_listener(event, then):
    check(f"""
        done = threading.Event()
        def strike(sock):
            if done.is_set():
                return
            done.set()
            if sock.fileno() >= 0:
                os.close(sock.fileno())
            {then}
        def on_connection(sock):
            peers.append(sock)
            sock.on("error", lambda err: None)
            if {event!r} == "connection": strike(sock)
            elif {event!r} == "written": sock.write("x" * 8_000_000, lambda err: strike(sock))
            else: sock.on({event!r}, lambda *args: strike(sock))
            if {event!r} == "drain": sock.write("x" * 8_000_000)
            if {event!r} == "timeout": sock.set_timeout(5)
            sock.resume()
        peers = []
        server = pynet.create_server({{"allow_half_open": True}}, on_connection).listen(0, "127.0.0.1")
        raw = raw_connect(server)
        if {event!r} in ("drain", "written"):
            total = 0
            while total < 8_000_000:
                total += len(raw.recv(1 << 16))
        elif {event!r} in ("data", "end", "close"):
            raw.sendall(b"x")
            if {event!r} != "data": raw.shutdown(socket.SHUT_WR)
            if {event!r} == "close":
                wait(lambda: peers)
                peers[0].destroy()
        assert done.wait(10)
        for _ in range(5): assert called_soon()
        peers[0].destroy()
        wait(lambda: peers[0].closed)
        bystander = echo_server()
        assert talk(bystander) == b"hello"
        bystander.close(); server.close(); raw.close()
        assert errors == []
    """)


def test_closed_while_a_write_is_queued_and_reading_changes():
    check("""
        peers, heard = [], []
        server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
        raw, sock = connected(server, peers)
        sock.on("error", lambda err: heard.append(err.code))
        sock.on("data", lambda chunk: None)
        assert called_soon()
        assert sock.write("x" * 40_000_000) is False
        assert called_soon()
        os.close(sock.fileno())
        sock.pause()
        assert called_soon()
        sock.resume()
        assert called_soon()
        sock.pause()
        assert called_soon()
        sock.destroy()
        wait(lambda: sock.closed)
        server.close(); raw.close()
    """)


def test_closed_while_connecting():
    check("""
        server = pynet.create_server(lambda s: None).listen(0, "127.0.0.1")
        for i in range(10):
            with pynet.turn():
                sock = pynet.connect(server.address().port, "127.0.0.1")
                sock.on("error", lambda err: None)
                if sock.fileno() >= 0:
                    os.close(sock.fileno())
            assert called_soon()
            sock.destroy()
            wait(lambda: sock.closed)
        server.close()
    """)


@pytest.mark.parametrize("after", ["", "server.unref(); server.ref()", "server.get_connections(lambda e, n: None)"])
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_listening_descriptor(kind, after, tmp_path):
    check(
        f"""
        server = pynet.create_server(lambda s: s.end("x"))
        server.on("error", lambda err: None)
        server.listen(*([sys.argv[1]] if {kind!r} == "unix" else [0, "127.0.0.1"]))
        assert read_all(raw_connect(server)) == b"x"
        os.close(server.fileno())
        {after}
        assert called_soon()
        repr(server), server.address(), server.listening
        closed = threading.Event()
        server.close(lambda err: closed.set())
        assert closed.wait(10)
        again = echo_server()
        assert talk(again) == b"hello"
        again.close()
        assert errors == []
        """,
        tmp_path / "s.sock",
    )


def test_a_listening_descriptor_that_is_closed_in_its_own_listener():
    check("""
        heard = []
        def on_connection(sock):
            if not server.closed_behind:
                os.close(server.fileno())
            server.closed_behind = True
            sock.end("x")
        server = pynet.create_server(on_connection)
        server.closed_behind = False
        server.on("error", heard.append)
        server.listen(0, "127.0.0.1")
        with pynet.turn():
            raws = [raw_connect(server) for _ in range(3)]
        assert read_all(raws[0]) == b"x"
        assert called_soon()
        server.close()
        assert called_soon()
        for raw in raws: raw.close()
    """)


# --- the loop's own ---


def test_the_backend_in_the_background():
    done = isolated.run(
        isolated.join(
            PRELUDE,
            """
            server = echo_server()
            assert called_soon()
            (backend,) = descriptors("eventpoll")
            os.close(backend)
            began = time.monotonic()
            seen = None
            while seen is None and time.monotonic() - began < 10:
                try:
                    pynet.next_tick(lambda: None)
                    time.sleep(0.001)
                except pynet.NetError as error:
                    seen = error
            assert seen.code == "ERR_LOOP_DEAD", seen
            assert "descriptor" in str(seen)
            for call in (lambda: server.close(), lambda: pynet.connect(1), lambda: pynet.run(),
                         lambda: pynet.set_timeout(print, 1), lambda: pynet.create_server().listen(0)):
                try: call()
                except pynet.NetError as error: assert error.code == "ERR_LOOP_DEAD", error
                else: raise AssertionError("no error")
            repr(server), server.address()
            for thread in threading.enumerate():
                if thread.name == "pynet": thread.join(10)
            print("well")
            """,
        )
    )
    assert (done.returncode, done.stdout) == (0, "well\n"), done.stderr
    assert "descriptor" in done.stderr, "the loop says that it is dead"
    assert done.seconds < 8


@pytest.mark.parametrize("moment", ["main", "listener", "thread"])
def test_the_backend_in_the_foreground(moment):
    out = check(f"""
        def strike():
            (backend,) = descriptors("eventpoll")
            os.close(backend)
        def strike_between_turns():
            with pynet.turn():  # os.close() releases the GIL: in the middle of uv_run() libuv aborts
                strike()
        def main():
            echo_server()
            pynet.set_interval(lambda: None, 5)
            if {moment!r} == "main": strike()
            elif {moment!r} == "listener": pynet.set_timeout(strike, 1)
            else: threading.Timer(0.05, strike_between_turns).start()
        try:
            pynet.run(main)
        except pynet.NetError as error:
            print(error.code)
        try:
            pynet.run()
        except pynet.NetError as error:
            print(error.code)
    """)
    assert out == "ERR_LOOP_DEAD\n" * 2


@pytest.mark.parametrize("used", ["background", "foreground"])
def test_the_backend_just_before_the_end(used):
    done = isolated.run(
        isolated.join(
            PRELUDE,
            f"""
            server = echo_server().unref()
            raw = raw_connect(server)
            assert called_soon()
            if {used!r} == "foreground":
                pynet.run(lambda: pynet.set_timeout(pynet.stop, 1))
            (backend,) = descriptors("eventpoll")
            os.close(backend)
            """,
        )
    )
    assert done.returncode == 0
    assert done.seconds < 8


def test_descriptors_that_libuv_has_for_itself():
    """It watches them from its first turn on: an eventfd of its thread pool, a pipe of its signal handlers."""
    check("""
        before = set(descriptors("pipe:"))
        def main():
            main.server = echo_server()
            own = sorted(set(descriptors("pipe:")) - before)[2:]  # the first two are the wake pipe
            assert len(own) % 2 == 0
            for fd in own[1::2]: os.close(fd)  # a hang-up for the reading ends
            for fd in descriptors("eventfd"): os.close(fd)
            pynet.set_timeout(lambda: (os.close(own[-2]), pynet.stop()), 200)
        pynet.run(main)
        assert called_soon()
        cpu = time.process_time()
        assert talk(main.server) == b"hello"
        time.sleep(0.3)
        assert time.process_time() - cpu < 0.15, "the loop spins"
        main.server.close()
    """)


def test_the_wake_pipe():
    """Whichever end goes: an error or a loop that goes on, but neither a crash nor a spin."""
    for end in (0, 1):
        done = isolated.run(
            isolated.join(
                PRELUDE,
                f"""
                before = set(descriptors("pipe:"))
                server = echo_server()
                assert called_soon()
                pipe = sorted(set(descriptors("pipe:")) - before)
                os.close(pipe[{end}])
                try: called_soon(0.2)
                except pynet.NetError as error: assert error.code == "ERR_LOOP_DEAD"
                cpu = time.process_time()
                time.sleep(0.3)
                assert time.process_time() - cpu < 0.15, "the loop spins"
                """,
            )
        )
        assert done.returncode == 0, (end, done.stderr)
        assert done.seconds < 8


def test_number_of_the_backend_given_to_somebody_else_is_an_error_and_no_abort(script):
    done = script("""
        import os, socket
        import pynet

        def main():
            pynet.create_server(lambda sock: None).listen(0)
            def reuse():
                os.closerange(3, 100)
                main.kept = [socket.socketpair() for _ in range(20)]
            pynet.set_timeout(reuse, 1)
            pynet.set_interval(lambda: None, 5)
        try:
            pynet.run(main)
        except pynet.NetError as error:
            print(error.code)
        """)
    assert printed(done) == ["ERR_LOOP_DEAD"]


# --- the number of the backend is another file's by now ---

OTHERS = {
    "a pipe": "os.pipe()[0]",
    "a pipe with data": "piped(b'x')",
    "a listening socket": "socket.create_server(('127.0.0.1', 0)).detach()",
    "a listening socket with a client": "listening()",
    "an eventfd": "os.eventfd(1)",
    "another epoll": "os.dup(kept(select.epoll()).fileno())",
    "a file": "os.open('/dev/null', os.O_RDONLY)",
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("moment", ["in a listener", "in main()", "by another thread"])
def test_backend_whose_number_another_file_has_is_an_error_and_no_abort(moment, other):
    out = isolated.check(
        isolated.join(
            PRELUDE,
            f"""
            import select
            everything = []

            def kept(thing):
                everything.append(thing)
                return thing

            def piped(data):
                read, write = os.pipe()
                os.write(write, data)
                return read

            def listening():
                server = kept(socket.create_server(("127.0.0.1", 0)))
                kept(socket.create_connection(server.getsockname()))
                return os.dup(server.fileno())

            def replace():
                fd = {other}
                os.dup2(fd, backend)
                os.close(fd)

            def replace_between_turns():
                with pynet.turn():  # os.dup2() releases the GIL
                    replace()

            peers = []
            server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
            raw, sock = connected(server, peers)
            sock.pipe(sock)
            (backend,) = descriptors("eventpoll")
            moment = {moment!r}

            def main():
                timer = pynet.set_interval(raw.send, 1, b"x")
                if moment == "in a listener":
                    pynet.set_timeout(replace, 5)
                elif moment == "in main()":
                    replace()
                else:
                    thread = threading.Thread(target=replace_between_turns)
                    pynet.set_timeout(thread.start, 5)
            try:
                pynet.run(main)
            except pynet.NetError as error:
                print(error.code, sock.errored)
            """,
        )
    )
    assert out == "ERR_LOOP_DEAD None\n"


def test_bytes_of_another_pipe_at_the_number_of_the_wake_pipe_are_not_taken():
    out = isolated.check(
        isolated.join(
            PRELUDE,
            """
            server = pynet.create_server().listen(0, "127.0.0.1")
            wake = sorted(fd for fd in descriptors("pipe") if fd > 2)[0]

            def replace():
                read, write = os.pipe()
                os.write(write, b"not for pynet")
                os.dup2(read, wake)
            try:
                pynet.run(lambda: pynet.set_timeout(replace, 1))
            except pynet.NetError as error:
                print(error.code, os.read(wake, 100))
            """,
        )
    )
    assert out == "ERR_LOOP_DEAD b'not for pynet'\n"


# --- checked before each turn ---


def test_socket_destroyed_by_the_listener_that_got_it_is_looked_at_no_more(server, kind):
    """A stream freed within the turn used to stay in the list of descriptors to check, and cut off all behind it."""
    seen = threading.Event()
    kept = []

    def on_connection(sock):
        sock.on("error", lambda err: None)
        if len(kept) < 20:
            kept.append(sock.destroy())
            return
        sock.on("data", lambda data: seen.set())

    srv = server(on_connection)
    for _ in range(20):
        with raw_client(srv) as client:
            assert client.recv(1) == b""
    with raw_client(srv) as client:
        client.sendall(b"x")
        assert seen.wait(5)


@pytest.mark.parametrize("order", ["bad, good", "good, bad"])
def test_the_listener_that_hears_of_a_bad_descriptor_closes_a_good_one(order):
    """The check before a turn had seen it already."""
    check(f"""
        def strike(err):
            heard.append(err.code)
            if good.fileno() >= 0: os.close(good.fileno())
        peers, heard = [], []
        server = pynet.create_server({{"pause_on_connect": True}}, peers.append).listen(0, "127.0.0.1")
        raws = [raw_connect(server) for _ in range(2)]
        wait(lambda: len(peers) == 2)
        bad, good = peers
        bad.on("error", strike)
        good.on("error", lambda err: heard.append(err.code))
        with pynet.turn():
            os.close(bad.fileno())
            for sock in ({order}): sock.resume()
        wait(lambda: bad.closed and good.closed)
        assert heard == ["EBADF", "EBADF"] and errors == []
        server.close()
    """)


def test_descriptor_closed_in_drain_is_an_error_and_no_abort(script):
    """libuv changes the watch after the last write has left, and aborts when the descriptor is not there."""
    done = script("""
        import os, socket, threading
        import pynet
        listening = socket.create_server(("127.0.0.1", 0))

        def read_all(peer):
            while peer.recv(1 << 20):
                pass

        def main():
            client = pynet.connect(listening.getsockname()[1], "127.0.0.1")
            def on_connect():
                peer, _ = listening.accept()
                threading.Thread(target=read_all, args=(peer,), daemon=True).start()
                client.write(b"x" * 8_000_000)
            client.on("connect", on_connect)
            client.on("data", print)
            client.on("drain", lambda: os.close(client.fileno()))
            client.on("error", lambda err: print(err.code))
            client.on("close", lambda had_error: print("close", had_error))
        pynet.run(main)
        """)
    assert printed(done) == ["EBADF", "close True"]


def test_listening_descriptor_that_was_shut_down_fails_once(script):
    """Each turn used to find it readable again: one error after the other, at full load."""
    done = script("""
        import os, socket
        import pynet
        server = pynet.create_server(lambda sock: None)
        server.on("error", lambda err: (print(err.code), pynet.set_timeout(server.close, 50)))

        def shut():
            with socket.socket(fileno=socket.dup(server.fileno())) as copy:
                copy.shutdown(socket.SHUT_RDWR)
        pynet.run(lambda: server.listen(0, "127.0.0.1", shut))
        """)
    assert printed(done) == ["EINVAL"]


# --- standard streams ---


def test_process_without_standard_streams(script):
    """libuv neither closes descriptors 0 to 2 of a socket nor survives its own among them."""
    done = script("""
        import os, sys
        out = os.dup(1)
        def say(text):
            os.write(out, f"{text}\\n".encode())

        if sys.argv[1] == "before":
            os.closerange(0, 3)
        import pynet
        server = pynet.create_server(lambda sock: sock.end(b"bye"))

        def connect():
            if sys.argv[1] == "after":
                os.closerange(0, 3)
            client = pynet.connect(server.address().port, "127.0.0.1")
            client.on("data", lambda data: None)
            client.on("close", lambda had_error: (say(f"close {had_error}"), server.close()))
        pynet.run(lambda: server.listen(0, "127.0.0.1", connect))
        say("over")
        """, "before")  # fmt: skip
    assert printed(done) == ["close False", "over"]


def test_standard_streams_closed_while_the_loop_runs(script):
    done = script("""
        import os
        import pynet
        out = os.dup(1)
        def say(text):
            os.write(out, f"{text}\\n".encode())
        low = []
        server = pynet.create_server(lambda sock: (low.append(sock.fileno()), sock.end(b"bye")))

        def connect():
            os.closerange(0, 3)
            client = pynet.connect(server.address().port, "127.0.0.1")
            client.on("connect", lambda: low.append(client.fileno()))
            client.on("data", lambda data: None)
            client.on("close", lambda had_error: (say(f"close {had_error}"), server.close()))
        pynet.run(lambda: server.listen(0, "127.0.0.1", connect))
        say(max(low) < 3)
        """)
    assert printed(done) == ["close False", "True"]


@pytest.mark.skipif(sys.platform != "linux", reason="counts the system calls")
def test_a_new_connection_costs_one_look_at_its_descriptor(tmp_path):
    """epoll says whether it is valid: pynet asks in libuv's place."""
    if shutil.which("strace") is None:
        pytest.fail("strace is not installed: apt-get install strace")
    source = """
import socket, threading, pynet

def main():
    def talk(sock):
        sock.on("data", sock.write)
        sock.on("close", lambda err: server.close() if len(closed) == 2 else closed.append(0))

    def visit():
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(b"x")
            assert raw.recv(1) == b"x"

    closed = []
    server = pynet.create_server(talk).listen(0, "127.0.0.1")
    for _ in range(3):
        threading.Thread(target=visit).start()

pynet.run(main)
"""
    log = tmp_path / "calls"
    calls = "trace=accept4,close,epoll_ctl,fstat,newfstatat,statx"
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", calls, sys.executable, "-c", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
    if "ptrace" in done.stderr:
        pytest.skip("no tracing here")
    assert (done.returncode, done.stderr) == (0, "")
    seen = log.read_text()
    accepted = re.findall(r"accept4\(.*\) = (\d+)$", seen, re.MULTILINE)
    assert len(accepted) == 3
    for fd in set(accepted):
        life = re.search(rf"accept4\([^\n]* = {fd}\n(.*?)close\({fd}\)", seen, re.DOTALL)[1]
        assert len(re.findall(rf"epoll_ctl\(\d+, EPOLL_CTL_ADD, {fd},", life)) == 1
        assert not re.search(rf"(fstat|newfstatat|statx)\({fd},", life)
