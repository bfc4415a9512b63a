"""What listeners raise, and "error" events without a listener: foreground, background, handlers."""

import logging
import sys
import threading
import traceback

import pytest

import isolated
import pynet
from helpers import on_loop, printed, wait_until
from isolated.tools import raw_connect, read_all


class Boom(Exception):
    pass


def raiser(error):
    def listener(*args):
        raise error

    return listener


@pytest.fixture
def reported(monkeypatch):
    """What reached threading.excepthook, as its arguments."""
    seen = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    return seen


@pytest.fixture
def unraisable(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)
    return seen


@pytest.fixture
def handler():
    """handler(function): set as the uncaught handler until the test is over."""
    old = pynet.set_uncaught_handler(None)
    yield pynet.set_uncaught_handler
    pynet.set_uncaught_handler(old)


# --- foreground ---


@pytest.mark.parametrize("start", [pynet.next_tick, pynet.set_immediate, lambda f: pynet.set_timeout(f, 1)])
def test_run_raises_the_very_exception_with_its_traceback(start):
    boom = Boom("x")
    with pytest.raises(Boom) as caught:
        pynet.run(lambda: start(raiser(boom)) and None)
    assert caught.value is boom
    assert caught.traceback[-1].name == "listener"


@pytest.mark.parametrize("start", [pynet.next_tick, pynet.set_immediate, lambda f: pynet.set_timeout(f, 1)])
def test_nothing_more_is_dispatched_in_that_turn_and_the_next_run_goes_on(start):
    log = []

    def main():
        for name in "abc":
            start(lambda name=name: log.append(name))
        start(raiser(Boom(1)))
        for name in "def":
            start(lambda name=name: log.append(name))
        start(raiser(Boom(2)))
        start(lambda: log.append("g"))

    with pytest.raises(Boom, match="1"):
        pynet.run(main)
    assert log == ["a", "b", "c"]
    with pytest.raises(Boom, match="2"):
        pynet.run()
    assert log == ["a", "b", "c", "d", "e", "f"]
    pynet.run()
    assert log[6:] == ["g"]


def test_the_other_listeners_of_that_event_are_not_called():
    log = []

    def main():
        sock = pynet.Socket()
        sock.on("close", raiser(Boom()))
        sock.on("close", lambda had: log.append("second"))
        sock.destroy()

    with pytest.raises(Boom):
        pynet.run(main)
    pynet.run()
    assert log == []


def test_nothing_is_destroyed_and_what_the_kernel_has_is_read_later(server):
    peers, data = [], []

    def on_data(chunk):
        data.append(chunk)
        if len(data) == 1:
            raise Boom

    def main():
        def on_connection(sock):
            peers.append(sock)
            sock.on("data", on_data)

        listening.on("connection", on_connection)
        raws.append(raw_connect(listening))
        raws[0].sendall(b"first")

    listening, raws = server(), []
    with pytest.raises(Boom):
        pynet.run(main)
    assert data == [b"first"]
    assert not peers[0].destroyed
    assert listening.listening
    raws[0].sendall(b"second")

    def stop_when_read():
        if b"".join(data) == b"firstsecond":
            pynet.stop()

    timer = pynet.set_interval(stop_when_read, 1)
    pynet.run()
    pynet.clear_interval(timer)
    assert data == [b"first", b"second"]
    raws[0].close()
    peers[0].destroy()


def test_after_it_reads_accepts_and_completions_of_that_turn_wait():
    log = []

    def main():
        def on_connection(sock):
            log.append("connection")
            sock.on("close", lambda had: log.append("peer closed"))
            sock.resume()
            sock.end()
            if log.count("connection") == 1:
                raise Boom

        server = pynet.create_server(on_connection).listen(0, "127.0.0.1")
        port = server.address().port
        clients = [pynet.connect(port, "127.0.0.1") for _ in range(4)]
        for client in clients:
            client.on("close", lambda had: log.append("client closed"))
            client.resume()

        def close_when_over():
            if len(log) == 12:
                server.close()
                pynet.clear_interval(timer)

        timer = pynet.set_interval(close_when_over, 5)

    with pytest.raises(Boom):
        pynet.run(main)
    assert log.count("connection") == 1
    assert "peer closed" not in log
    pynet.run()
    assert sorted(log) == ["client closed"] * 4 + ["connection"] * 4 + ["peer closed"] * 4


def test_an_unheard_error_event_is_raised():
    def main():
        pynet.connect(path="/nonexistent/socket")

    with pytest.raises(FileNotFoundError) as caught:
        pynet.run(main)
    assert caught.value.code == "ENOENT"
    pynet.run()


def test_an_unheard_error_then_close_in_the_next_run():
    log = []

    def main():
        sock = pynet.connect(path="/nonexistent/socket")
        sock.on("close", lambda had: log.append(had))

    with pytest.raises(FileNotFoundError):
        pynet.run(main)
    pynet.run()
    assert log == [True]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_base_exceptions_leave_run_too(error):
    with pytest.raises(error):
        pynet.run(lambda: pynet.next_tick(raiser(error())))


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interrupt_and_exit_never_reach_a_handler(handler, error):
    seen = []
    handler(lambda *args: seen.append(args))
    with pytest.raises(error):
        pynet.run(lambda: pynet.next_tick(raiser(error())))
    with pytest.raises(error):
        pynet.run(lambda: pynet.next_tick(raiser(error())), on_uncaught="log")
    assert seen == []


def test_what_main_raises_never_reaches_a_handler(handler):
    seen = []
    handler(lambda *args: seen.append(args))
    with pytest.raises(Boom):
        pynet.run(raiser(Boom()))
    assert seen == []


# --- on_uncaught="log" ---


def test_log_reports_destroys_the_connection_and_serves_on(where, caplog):
    log = []

    def main():
        def on_connection(sock):
            def on_data(chunk):
                if chunk == b"bad":
                    raise Boom("of a listener")
                sock.write(chunk)

            sock.on("data", on_data)
            sock.on("close", lambda had: log.append(("closed", had)))

        server = pynet.create_server(on_connection).listen(*where)

        def talk():
            with raw_connect(server) as bad:
                bad.sendall(b"bad")
                log.append(read_all(bad))
            with raw_connect(server) as good:
                good.sendall(b"good")
                log.append(good.recv(100))
            server.close()

        thread.append(threading.Thread(target=talk))
        thread[0].start()

    thread = []
    with caplog.at_level(logging.ERROR, "pynet"):
        pynet.run(main, on_uncaught="log")
    thread[0].join(5)
    assert [entry for entry in log if isinstance(entry, bytes)] == [b"", b"good"]
    assert ("closed", False) in log
    assert [(r.name, r.levelname, r.exc_info[0]) for r in caplog.records] == [("pynet", "ERROR", Boom)]


def test_a_log_record_names_the_caller_of_run(caplog):
    pynet.run(lambda: pynet.set_immediate(raiser(Boom())), on_uncaught="log")
    places = [(record.funcName, record.pathname) for record in caplog.records]
    assert places == [("test_a_log_record_names_the_caller_of_run", __file__)]


def test_a_logger_that_raises_is_unraisable(monkeypatch, unraisable):
    def failing(*args, **options):
        raise LookupError("of the logger")

    logger = logging.getLogger("pynet")
    monkeypatch.setattr(logger, "error", failing)
    pynet.run(lambda: pynet.set_immediate(raiser(Boom())), on_uncaught="log")
    assert [(str(args.exc_value), args.object) for args in unraisable] == [("of the logger", logger)]
    assert [frame.name for frame in traceback.extract_tb(unraisable[0].exc_traceback)] == ["failing"]


def test_log_is_for_that_run_only(caplog):
    pynet.run(lambda: pynet.next_tick(raiser(Boom())), on_uncaught="log")
    assert len(caplog.records) == 1
    with pytest.raises(Boom):
        pynet.run(lambda: pynet.next_tick(raiser(Boom())))


def test_a_handler_comes_before_the_log(caplog, handler):
    seen = []
    handler(lambda error, emitter: seen.append(type(error)))
    pynet.run(lambda: pynet.next_tick(raiser(Boom())), on_uncaught="log")
    assert (seen, caplog.records) == ([Boom], [])


# --- background ---


def test_a_data_listener_that_raises_costs_its_connection_alone(server, reported):
    def on_connection(sock):
        sock.on("data", lambda chunk: sock.write(chunk) if chunk != b"bad" else raiser(boom)())

    boom = Boom("x")
    listening = server(on_connection)
    with raw_connect(listening) as bystander, raw_connect(listening) as bad:
        bad.sendall(b"bad")
        assert read_all(bad) == b""
        bystander.sendall(b"good")
        assert bystander.recv(10) == b"good"
    with raw_connect(listening) as later:
        later.sendall(b"good")
        assert later.recv(10) == b"good"
    assert len(reported) == 1
    assert (reported[0].exc_type, reported[0].exc_value) == (Boom, boom)
    assert reported[0].exc_traceback is boom.__traceback__ is not None
    assert (reported[0].thread.name, reported[0].thread.daemon) == ("pynet", True)


def test_a_connection_listener_that_raises_costs_the_accepted_socket(server, reported):
    listening = server(raiser(Boom()))
    with raw_connect(listening) as raw:
        assert read_all(raw) == b""
    assert wait_until(lambda: len(reported) == 1)
    assert listening.listening


@pytest.mark.parametrize(
    "start",
    [
        lambda fail: pynet.next_tick(fail),
        lambda fail: pynet.set_timeout(fail, 1),
        lambda fail: pynet.set_immediate(fail),
        lambda fail: pynet.create_server().get_connections(fail),
        lambda fail: pynet.create_server().close(fail),
        lambda fail: pynet.next_tick(lambda: pynet.EventEmitter().on("x", fail).emit("x")),
    ],
    ids=["next_tick", "set_timeout", "set_immediate", "get_connections", "close", "emitter"],
)
def test_timers_servers_and_plain_emitters_are_only_reported(start, reported):
    start(raiser(Boom()))
    assert wait_until(lambda: [args.exc_type for args in reported] == [Boom])


def test_a_listening_callback_that_raises_leaves_the_server_listening(where, reported):
    server = pynet.create_server(lambda sock: sock.end("x")).listen(*where, raiser(Boom()))
    assert wait_until(lambda: len(reported) == 1)
    assert server.listening
    with raw_connect(server) as raw:
        assert read_all(raw) == b"x"
    server.close()


def test_an_interval_that_raises_goes_on(reported):
    timer = pynet.set_interval(raiser(Boom()), 1)
    assert wait_until(lambda: len(reported) >= 3)
    pynet.clear_interval(timer)


def test_a_write_callback_that_raises_costs_its_connection(pair, reported, record):
    p = pair()
    closed = record(p.client, "close")
    p.client.write("x", raiser(Boom()))
    closed.wait("close")
    assert p.client.destroyed
    assert [args.exc_type for args in reported] == [Boom]


def test_a_connect_listener_that_raises_costs_its_connection(server, reported, record):
    address = server(lambda sock: sock.resume()).address()
    client = pynet.connect(address if isinstance(address, str) else address.port, raiser(Boom()))
    record(client, "close").wait("close")
    assert [args.exc_type for args in reported] == [Boom]


def test_an_error_listener_that_raises_is_reported(reported, record):
    client = pynet.connect(path="/nonexistent/socket")
    client.on("error", raiser(Boom()))
    record(client, "close").wait("close")
    assert [args.exc_type for args in reported] == [Boom]


def test_an_unheard_error_is_reported_once(reported, record):
    client = pynet.connect(path="/nonexistent/socket")
    record(client, "close").wait("close")
    assert [args.exc_value.code for args in reported] == ["ENOENT"]


def test_system_exit_is_printed_and_treated_alike(server, unraisable, reported):
    listening = server(lambda sock: sock.on("data", raiser(SystemExit(3))))
    with raw_connect(listening) as raw:
        raw.sendall(b"x")
        assert read_all(raw) == b""
    assert [args.exc_type for args in unraisable] == [SystemExit]
    assert reported == []
    assert on_loop(lambda: 1) == 1


def test_keyboard_interrupt_in_the_background_never_reaches_a_handler(handler, unraisable, reported):
    seen = []
    handler(lambda *args: seen.append(args))
    pynet.next_tick(raiser(KeyboardInterrupt()))
    assert wait_until(lambda: len(unraisable) + len(reported) == 1)
    assert seen == []
    assert on_loop(lambda: 1) == 1


def test_an_excepthook_that_raises_is_unraisable(monkeypatch, unraisable):
    def hook(args):
        raise Boom("of the hook")

    monkeypatch.setattr(threading, "excepthook", hook)
    pynet.next_tick(raiser(LookupError()))
    assert wait_until(lambda: [str(args.exc_value) for args in unraisable] == ["of the hook"])
    assert unraisable[0].object is hook
    assert [frame.name for frame in traceback.extract_tb(unraisable[0].exc_traceback)] == ["hook"]


def test_by_default_the_traceback_is_printed():
    done = isolated.run("""
        import threading, pynet
        def bad_listener(): raise LookupError("printed")
        pynet.next_tick(bad_listener)
        done = threading.Event()
        pynet.set_timeout(done.set, 5)
        done.wait(10)
    """)
    assert done.returncode == 0
    assert "bad_listener" in done.stderr
    assert "LookupError: printed" in done.stderr
    assert "Exception in thread pynet" in done.stderr


# --- set_uncaught_handler() ---


def test_the_handler_gets_the_exception_and_the_emitter(server, handler, reported):
    seen, peers = [], []

    def on_connection(sock):
        peers.append(sock)
        sock.on("data", raiser(boom))

    boom = Boom()
    assert handler(lambda *args: seen.append(args)) is None
    with raw_connect(server(on_connection)) as raw:
        raw.sendall(b"x")
        assert wait_until(lambda: seen)
        assert seen == [(boom, peers[0])]
        assert not peers[0].destroyed, "the handler decides what becomes of it"
        pynet.next_tick(raiser(boom))
        assert wait_until(lambda: len(seen) == 2)
        assert seen[1] == (boom, None)
        peers[0].destroy()
    assert reported == []


def test_the_handler_gets_unheard_errors(handler, record):
    seen = []
    handler(lambda *args: seen.append(args))
    client = pynet.connect(path="/nonexistent/socket")
    record(client, "close").wait("close")
    assert [(type(error), emitter) for error, emitter in seen] == [(seen[0][0].__class__, client)]
    assert seen[0][0].code == "ENOENT"


def test_the_handler_replaces_raising_from_run(handler):
    log = []
    handler(lambda error, emitter: log.append(type(error)))

    def main():
        pynet.next_tick(raiser(Boom()))
        pynet.next_tick(log.append, "next")

    pynet.run(main)
    assert log == [Boom, "next"]


def test_set_returns_the_previous_and_none_resets(handler, reported):
    one, two = (lambda *args: None), (lambda *args: None)
    assert handler(one) is None
    assert handler(two) is one
    assert handler(None) is two
    assert handler(None) is None
    pynet.next_tick(raiser(Boom()))
    assert wait_until(lambda: len(reported) == 1)


@pytest.mark.parametrize("value", [1, "x", object()])
def test_the_handler_must_be_callable(value, handler):
    keep = lambda *args: None  # noqa: E731
    handler(keep)
    with pytest.raises(TypeError) as caught:
        pynet.set_uncaught_handler(value)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert handler(None) is keep


def test_a_handler_that_raises_is_unraisable(handler, unraisable, reported):
    calls = []

    def failing(error, emitter):
        calls.append(type(error))
        raise LookupError("of the handler")

    handler(failing)
    pynet.next_tick(raiser(Boom()))
    assert wait_until(lambda: unraisable)
    pynet.run(lambda: pynet.next_tick(raiser(Boom())))
    assert [str(args.exc_value) for args in unraisable] == ["of the handler"] * 2
    assert (calls, reported) == ([Boom, Boom], [])


def test_a_handler_may_replace_itself_and_stop(handler):
    log = []

    def first(error, emitter):
        log.append("first")
        pynet.set_uncaught_handler(None)
        pynet.stop()

    handler(first)
    pynet.run(lambda: pynet.set_immediate(raiser(Boom())))
    with pytest.raises(Boom):
        pynet.run(lambda: pynet.set_immediate(raiser(Boom())))
    assert log == ["first"]


# --- what comes after it ---


def test_write_callbacks_behind_one_that_raises_come_with_the_next_run(script):
    done = script("""
        import socket, threading, pynet

        listener = socket.create_server(("127.0.0.1", 0))

        def drain():
            peer = listener.accept()[0]
            while peer.recv(1 << 20):
                pass

        threading.Thread(target=drain, daemon=True).start()

        def raises(err):
            raise LookupError("first")

        def connected():
            sock.write(bytes(20_000_000), raises)
            sock.write(b"x", lambda err: (print("second", err), sock.destroy()))

        def main():
            global sock
            sock = pynet.connect(listener.getsockname()[1], "127.0.0.1", connected)

        try:
            pynet.run(main)
        except LookupError:
            print("raised")
        pynet.run()
    """)
    assert done.stdout == "raised\nsecond None\n"


def test_buffered_data_behind_a_listener_that_raises_comes_with_the_next_run(script):
    done = script("""
        import pynet

        chunks = []

        def data(chunk):
            chunks.append(chunk)
            if len(chunks) == 1:
                raise LookupError("first")

        def on_connection(peer):
            peer.write(b"a")
            pynet.set_timeout(peer.write, 5, b"b")
            pynet.set_timeout(peer.end, 10, b"c")

        def main():
            global sock
            server.listen(0, "127.0.0.1")
            sock = pynet.connect(server.address().port, "127.0.0.1", lambda: pynet.set_immediate(pause))

        def pause():
            sock.pause()
            sock.on("data", data)
            sock.on("end", lambda: print("end", b"".join(chunks)))
            sock.on("close", lambda had_error: server.close())
            resume_when_read()

        def resume_when_read():
            sock.resume() if sock.bytes_read == 3 else pynet.set_timeout(resume_when_read, 1)

        server = pynet.create_server(on_connection)
        try:
            pynet.run(main)
        except LookupError:
            print("raised", chunks)
        pynet.run()
    """)
    assert done.stdout == "raised [b'a']\nend b'abc'\n"


def test_nothing_is_called_after_the_first_uncaught_exception_of_a_turn(script, silent):
    done = script(f"""
        import pynet

        log = []

        def raises(name):
            def callback(err):
                log.append(name)
                raise LookupError(name)
            return callback

        def main():
            sock = pynet.connect({silent[1]}, "127.0.0.1")
            sock.on("close", lambda had_error: log.append("close"))
            sock.write(b"a", raises("a"))
            sock.write(b"b", raises("b"))
            sock.end(raises("end"))
            sock.destroy()

        for _ in range(4):
            try:
                pynet.run(main if not log else None)
                print(log)
            except LookupError as err:
                print("raised", err, log)
    """)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "raised a ['close', 'a']",
        "raised b ['close', 'a', 'b']",
        "raised end ['close', 'a', 'b', 'end']",
        "['close', 'a', 'b', 'end']",
    ]


def test_a_held_error_that_run_raises_is_not_followed_by_close_in_its_turn(script, refused):
    done = script(f"""
        import pynet

        log = []
        sock = pynet.connect({refused[1]}, "127.0.0.1")
        sock.on("close", log.append)
        try:
            pynet.run()
        except ConnectionRefusedError:
            print("raised", log)
        pynet.run()
        print(log)
    """)
    assert done.stdout == "raised []\n[True]\n"


def test_end_that_comes_with_the_chunk_whose_listener_raised_is_told_by_the_next_run(script, kind, tmp_path):
    """libuv reports the end of a closed unix connection right after a short read."""
    done = script("""
        import socket, sys
        import pynet
        path = sys.argv[1]
        events = []

        def on_connection(sock):
            def on_data(data):
                events.append(data)
                raise ValueError("from data")
            sock.on("data", on_data)
            sock.on("end", lambda: events.append("end"))
            sock.on("close", lambda had_error: (events.append("close"), server.close()))

        server = pynet.create_server(on_connection)

        def main():
            server.listen(path or 0)
            address = server.address()
            client = socket.socket(socket.AF_UNIX if path else socket.AF_INET6)
            client.connect(address if path else ("::1", address.port))
            client.sendall(b"hi")
            client.close()
        try:
            pynet.run(main)
        except ValueError as error:
            print(error, events)
        pynet.run()
        print(events)
        """, "" if kind == "tcp" else str(tmp_path / "s.sock"))  # fmt: skip
    assert printed(done) == ["from data [b'hi']", "[b'hi', 'end', 'close']"]
