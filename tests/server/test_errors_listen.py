"""Server.listen(): each wrong value raises at once or is an error event, as in Node, and the server is still good."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import types

import pytest

import pynet
from bad_values import (
    TYPE,
    VALUE,
    VALUES,
    all_refused,
    callback,
    camel,
    is_number,
    refused,
    strict_instance,
)
from helpers import Recorder, raw_client, shown

HOST = "127.0.0.1"


def backlog(value):
    return None if value is None or is_number(value) else TYPE


def host(value):
    """None and the empty text mean that no host is given; objects of ipaddress count as texts."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return VALUE if "\0" in value or "\ud800" in value else None
    return TYPE


OPTIONS = {
    "signal": strict_instance(pynet.AbortSignal),
    "backlog": backlog,
    "callback": callback,
}
WITH_HOST = {**OPTIONS, "host": host}


def check_unchanged(server):
    assert (server.listening, server.address(), server.event_names()) == (False, None, [])


def check_listens(server):
    """A good call after the bad ones works."""
    server.on("connection", lambda sock: sock.end(b"good"))
    server.listen(0, HOST)
    with raw_client(server) as client:
        assert client.makefile("rb").read() == b"good"
    server.close()


def check_refused(code, name, *args, **kwargs):
    server, before = pynet.Server(), pynet._pynet._counts()["listeners"]
    copy = [dict(arg) if isinstance(arg, dict) else arg for arg in args]
    refused(code, name, server.listen, *args, **kwargs)
    assert list(args) == copy, "the caller's mapping is never changed"
    check_unchanged(server)
    assert pynet._pynet._counts()["listeners"] <= before  # those of earlier servers may be closing
    return server


@pytest.mark.parametrize("name", WITH_HOST)
def test_wrong_option(name):
    where = {"port": 0, "host": HOST}

    def check(value, code):
        server = check_refused(code, name, **{**where, name: value})
        if name != "callback":
            check_refused(code, name, {**where, name: value})
            check_refused(code, name, {**where, camel(name): value}, print)
            check_refused(code, name, types.MappingProxyType({**where, name: value}))
        check_refused(code, name, *((0,) if name == "host" else (0, HOST)), **{name: value})
        check_listens(server)

    all_refused(WITH_HOST[name], check)


@pytest.mark.parametrize("name", OPTIONS)
def test_wrong_option_with_a_path(tmp_path, name):
    path = tmp_path / "s.sock"

    def check(value, code):
        check_refused(code, name, path, **{name: value})
        check_refused(code, name, path=path, **{name: value})
        if name != "callback":
            check_refused(code, name, {"path": path, name: value})
        assert not path.exists(), "nothing was bound"

    all_refused(OPTIONS[name], check)


SWITCHES = ["exclusive", "ipv6_only", "reuse_port", "readable_all", "writable_all", "unlink_stale"]


@pytest.mark.posix_only("there is no SO_REUSEPORT", only="reuse_port")
@pytest.mark.parametrize("name", SWITCHES)
def test_switches_are_no_errors(name):
    """Node looks at their truth, or at `true` alone; nothing is refused, and nothing breaks."""
    for label, value in VALUES.items():
        server = pynet.Server()
        log = Recorder(server, "listening", "error")
        server.listen({"port": 0, "host": "::1", name: value})
        log.wait_for(lambda log=log: log.names)
        server.close()
        assert log.names == ["listening"], (label, log.entries)


class NoTruth:
    def __bool__(self):
        raise RuntimeError("truth")


@pytest.mark.parametrize(
    "name", ["exclusive", "ipv6_only", "reuse_port", "readable_all", "writable_all", "unlink_stale"]
)
def test_a_switch_without_a_truth(name):
    server = pynet.Server()
    with pytest.raises(RuntimeError, match="truth"):
        server.listen({"port": 0, name: NoTruth()})
    check_unchanged(server)
    check_listens(server)


# --- what to listen on ---


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"host": HOST},
        {"fd": -1},
        {"fd": "x"},
        {"fd": float("nan")},
        {"fd": None},
        {"fd": True},
        {"fd": [1]},
        {"fd": 1j},
        {"fd": 10**400},
        {"handle": {}},
        {"handle": None},
        {"handle": "x"},
        {"handle": object()},
        {"handle": []},
        {"handle": -1},
        {"backlog": 5, "exclusive": True},
        {"signal": None},
    ],
    ids=shown,
)
def test_options_without_a_place(options):
    """As keywords they may come without a place: then it is any port, as for listen()."""
    check_listens(check_refused((VALUE, TYPE), "", options))
    if {"fd", "handle"} & {name for name, value in options.items() if value is not None}:
        check_listens(check_refused((VALUE, TYPE), "", **options))


@pytest.mark.parametrize("options", [{}, {"host": HOST}, {"host": None}, {"port": None}, {"backlog": 5}], ids=shown)
def test_keywords_without_a_place(options):
    server = pynet.Server().listen(**options)
    assert server.listening and server.address().port > 0
    server.close()


class NoPlace:
    """What might be thought to have a descriptor."""

    def __init__(self, **members):
        self.__dict__.update(members)


class BadFileno:
    def __init__(self, result):
        self.result = result

    def fileno(self):
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.mark.parametrize(
    "thing",
    [
        pynet.Socket(),
        pynet.Server(),
        pynet.EventEmitter(),
        NoPlace(),
        NoPlace(fd="x"),
        NoPlace(fd=-1),
        NoPlace(fd=None),
        NoPlace(fd=1.5),
        NoPlace(fd=True),
        BadFileno(-1),
        BadFileno("x"),
        BadFileno(None),
        BadFileno(1.5),
        BadFileno(10**30),
    ],
    ids=lambda thing: f"{type(thing).__name__} {getattr(thing, '__dict__', '')}",
)
def test_an_object_without_a_descriptor(thing):
    for server in (check_refused((VALUE, TYPE), "", thing), check_refused((VALUE, TYPE), "", {"handle": thing})):
        check_listens(server)


def test_an_object_whose_fileno_raises():
    server = pynet.Server()
    for form in (BadFileno(RuntimeError("gone")), {"handle": BadFileno(RuntimeError("gone"))}):
        with pytest.raises(RuntimeError, match="gone"):
            server.listen(form)
        check_unchanged(server)
    check_listens(server)


def test_a_socket_of_python_that_is_closed():
    closed = socket.socket()
    closed.close()
    check_listens(check_refused((VALUE, TYPE), "", closed))


def test_a_bound_socket_that_is_closed_or_adopted():
    closed = pynet.BoundSocket(host=HOST)
    closed.close()
    adopted = pynet.BoundSocket(host=HOST)
    first = pynet.Server().listen(adopted)
    server = pynet.Server()
    for bound in (closed, adopted):
        for form in (bound, {"handle": bound}):
            with pytest.raises(pynet.NetError) as info:
                server.listen(form)
            assert info.value.code == "ERR_SOCKET_HANDLE_ADOPTED"
            check_unchanged(server)
    first.close()
    check_listens(server)


@pytest.mark.parametrize("options", [{"signal": 5}, {"backlog": "x"}, {"callback": 5}], ids=shown)
def test_a_wrong_option_adopts_nothing(options):
    with pynet.BoundSocket(host=HOST) as bound:
        server = pynet.Server()
        refused(TYPE, next(iter(options)), server.listen, bound, **options)
        refused(TYPE, next(iter(options)), server.listen, handle=bound, **options)
        check_unchanged(server)
        port = bound.address().port
        assert server.listen(bound).address().port == port
        server.close()


@pytest.mark.parametrize("name", ["readable_all", "writable_all"])
@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_an_abstract_name_has_no_permissions(name):
    check_listens(check_refused(VALUE, name, {"path": f"\0pynet-{os.getpid()}", name: True}))


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("unlink_stales", "unlink_stale"),
        ("ipv6only", "ipv6_only"),
        ("reuseport", "reuse_port"),
        ("exclusiv", "exclusive"),
        ("readable_al", "readable_all"),
        ("hande", "handle"),
        ("signals", "signal"),
    ],
)
def test_an_unknown_keyword_names_the_nearest(given, near):
    server = pynet.Server()
    with pytest.raises(TypeError, match=f"'{given}'.*'{near}'"):
        server.listen(0, **{given: True})
    check_unchanged(server)


# --- reported by an error event, as in Node ---


@contextlib.contextmanager
def opened(kind, folder):
    """A descriptor that cannot listen."""
    with contextlib.ExitStack() as stack:
        if kind == "udp":
            yield stack.enter_context(socket.socket(type=socket.SOCK_DGRAM)).fileno()
        elif kind == "connected":
            ours, theirs = socket.socketpair()
            stack.enter_context(theirs)
            yield stack.enter_context(ours).fileno()
        elif kind == "not open":
            yield 1_000_000
        else:
            file = os.open(folder / "file" if kind == "file" else os.devnull, os.O_CREAT | os.O_RDWR)
            stack.callback(os.close, file)
            yield file


@pytest.mark.posix_only("os.close() takes no sockets")
@pytest.mark.parametrize("kind", ["udp", "connected", "not open", "file", "null device"])
def test_a_descriptor_on_which_nobody_can_listen(tmp_path, kind):
    """listen EINVAL, address None; the descriptor is still the caller's and the server good."""
    with opened(kind, tmp_path) as fd:
        server = pynet.Server()
        log = Recorder(server, "listening", "error", "close")
        for times, form in enumerate([{"fd": fd}, NoPlace(fd=fd)], 1):
            server.listen(form)
            log.wait("error", times)
            error = log.args("error")[-1][0]
            assert isinstance(error, pynet.NetError)
            assert (error.code, error.syscall) == ("EINVAL", "listen")
            assert (server.listening, server.address()) == (False, None)
        assert log.names == ["error", "error"]
        if kind != "not open":
            os.fstat(fd)
    server.remove_all_listeners()
    check_listens(server)


def test_a_connected_socket(pair):
    p = pair()
    server = pynet.Server()
    log = Recorder(server, "listening", "error")
    server.listen(p.client)
    log.wait("error")
    assert (log["error"].code, log["error"].syscall, server.address()) == ("EINVAL", "listen", None)
    data = Recorder(p.peer, "data")
    p.client.write(b"unharmed")
    data.wait_for(lambda: data.data() == b"unharmed")


def test_a_reuse_port_that_the_system_has_not(monkeypatch):
    """On systems that balance: it works; on the others: a clear ENOTSUP, as an event."""
    server = pynet.Server()
    log = Recorder(server, "listening", "error")
    server.listen({"port": 0, "host": HOST, "reuse_port": True})
    log.wait_for(lambda: log.names)
    if sys.platform == "linux":
        assert log.names == ["listening"]
    else:
        assert log.names == ["error"] and log["error"].code == "ENOTSUP"
    server.close()


# --- at the wrong time ---


@pytest.mark.parametrize(
    "form", [(0,), (0, HOST), ({"port": 0},), ({"port": 0, "host": HOST},), ("path",), ()], ids=shown
)
def test_listening_already(server, tmp_path, form):
    srv = server()
    address, path = srv.address(), str(tmp_path / "second")
    args = (path,) if form == ("path",) else form
    with pytest.raises(pynet.NetError) as info:
        srv.listen(*args, lambda: None)
    assert info.value.code == "ERR_SERVER_ALREADY_LISTEN"
    assert "more than once" in str(info.value)
    assert (srv.listening, srv.address(), srv.listener_count("listening")) == (True, address, 0)
    assert not os.path.exists(path)
    with raw_client(srv):
        pass


def test_wrong_arguments_while_listening(server):
    """Whichever error comes first, the server goes on listening."""
    srv = server()
    address = srv.address()
    for args in [(-1,), ({},), (object(),), (True,), ({"port": 0, "backlog": "x"},)]:
        with pytest.raises((TypeError, ValueError, pynet.NetError)):
            srv.listen(*args)
        assert (srv.listening, srv.address()) == (True, address)


def test_close_twice_and_never(server):
    """close() of a server that is not listening: the callback gets ERR_SERVER_NOT_RUNNING, nothing is raised."""
    for srv, closes in ((pynet.Server(), 1), (server(), 2)):
        log = Recorder(srv)
        for _ in range(closes):
            assert srv.close(log.note("closed")) is srv
        log.wait("closed", closes)
        errors = [args[0] for args in log.args("closed")]
        assert errors[-1].code == "ERR_SERVER_NOT_RUNNING" and "not running" in str(errors[-1])
        assert errors[:-1] == [None] * (closes - 1)
