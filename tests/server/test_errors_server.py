"""Server() and its members: wrong options, values and arguments raise, and leave the server as it was."""

from __future__ import annotations

import gc

import pytest

import pynet
from bad_values import (
    TYPE,
    VALUES,
    all_refused,
    any_number,
    callback,
    camel,
    instance,
    refused,
    seconds,
)
from helpers import Recorder, raw_client, wait_until

OPTIONS = {
    "block_list": instance(pynet.BlockList),
    "keep_alive_initial_delay": any_number,
    "listener": callback,
}


def servers():
    gc.collect()
    return pynet._pynet._counts()["servers"]


def check_works(srv):
    srv.on("connection", lambda sock: sock.end(b"good"))
    srv.listen(0, "127.0.0.1")
    with raw_client(srv) as client:
        assert client.makefile("rb").read() == b"good"
    srv.close()


@pytest.mark.parametrize("function", [pynet.Server, pynet.create_server])
@pytest.mark.parametrize("name", OPTIONS)
def test_wrong_option(function, name):
    gc.collect()  # a server that an earlier test has left in a cycle counts until then
    before = servers()

    def check(value, code):
        forms = [((), {name: value}), ((None,), {name: value}), (({"allow_half_open": True},), {name: value})]
        if name == "listener":
            forms += [((None, value), {}), (({}, value), {})]
        else:
            forms += [(({name: value},), {}), (({camel(name): value},), {}), ((), {camel(name): value})]
            forms += [(({name: value}, lambda sock: None), {})]
        for args, options in forms:
            copy = [dict(arg) if isinstance(arg, dict) else arg for arg in args]
            refused(code, name, function, *args, **options)
            assert list(args) == copy

    all_refused(OPTIONS[name], check)
    assert servers() <= before  # one that an earlier test has left may go meanwhile


@pytest.mark.parametrize("value", [pynet.BlockList(), None], ids=["list", "None"])
@pytest.mark.parametrize("function", [pynet.Server, pynet.create_server])
def test_a_good_block_list(function, value):
    for srv in (function(block_list=value), function({"blockList": value}), function({"block_list": value}, print)):
        assert srv.block_list is value
        srv.remove_all_listeners()
        check_works(srv)


@pytest.mark.parametrize(
    ("given", "near"), [("blocklist", "block_list"), ("max_write_bufer", "max_write_buffer"), ("nodelay", "no_delay")]
)
@pytest.mark.parametrize("function", [pynet.Server, pynet.create_server])
def test_an_unknown_keyword_names_the_nearest(function, given, near):
    with pytest.raises(TypeError, match=f"'{given}'.*'{near}'"):
        function(**{given: 1})


# --- members ---


def test_wrong_block_list():
    """The list that was there stays, and still blocks."""
    blocked = pynet.BlockList()
    blocked.add_subnet("127.0.0.0", 8)
    srv = pynet.create_server(lambda sock: sock.end(b"let in"), block_list=blocked)
    srv.listen(0, "127.0.0.1")

    def check(value, code):
        for name in ("block_list", "blockList"):
            refused(code, "block_list", setattr, srv, name, value)
        assert srv.block_list is blocked

    all_refused(OPTIONS["block_list"], check)
    with raw_client(srv) as client:
        assert client.recv(10) == b""
    srv.close()


def test_block_list_is_taken_away():
    blocked = pynet.BlockList()
    srv = pynet.Server(block_list=blocked)
    srv.block_list = None
    assert srv.block_list is None
    srv.block_list = blocked
    assert srv.block_list is blocked
    check_works(srv)


def test_drop_max_connection_takes_the_truth_of_anything():
    srv = pynet.Server()
    assert srv.drop_max_connection is None
    for label, value in VALUES.items():
        srv.drop_max_connection = value
        assert bool(srv.drop_max_connection) is bool(value), label
        assert bool(srv.dropMaxConnection) is bool(value), label


def test_wrong_max_connections():
    srv = pynet.Server()
    srv.max_connections = 7

    def check(value, code):
        for name in ("max_connections", "maxConnections"):
            refused(code, "max_connections", setattr, srv, name, value)
        assert srv.max_connections == 7

    all_refused(any_number, check)
    srv.max_connections = None
    check_works(srv)


@pytest.mark.parametrize("name", ["connections", "listening"])
def test_read_only_attributes(server, name):
    srv = server()
    value = getattr(srv, name)
    with pytest.raises(AttributeError):
        setattr(srv, name, 5)
    with pytest.raises(AttributeError):
        delattr(srv, name)
    assert getattr(srv, name) == value


def test_wrong_shutdown_timeout(server):
    """Raised at once: the server listens on, and its connection lives."""
    seen = []
    srv = server(seen.append)

    def check(value, code):
        refused(code, "timeout", srv.shutdown, value)
        refused(code, "timeout", srv.shutdown, timeout=value)
        assert srv.listening

    with raw_client(srv) as client:
        all_refused(seconds, check)
        client.sendall(b"x")
        with raw_client(srv):
            pass
        assert wait_until(lambda: seen and seen[0].bytes_read == 1)
    srv.shutdown(timeout=0).result(5)


def test_shutdown_takes_one_argument(server):
    srv = server()
    for args, kwargs in [((1, 2), {}), ((), {"nonsense": 1})]:
        with pytest.raises(TypeError):
            srv.shutdown(*args, **kwargs)
    assert srv.listening


@pytest.mark.parametrize("name", ["address", "fileno", "ref", "unref"])
def test_methods_without_arguments_take_none(server, name):
    srv = server()
    for args, kwargs in [((1,), {}), ((None,), {}), ((), {"nonsense": 1})]:
        with pytest.raises(TypeError):
            getattr(srv, name)(*args, **kwargs)
    assert srv.listening


def test_wrong_callbacks(server):
    """close() with a wrong callback closes nothing; get_connections() needs one."""
    srv = server()

    def check(value, code):
        for method in (srv.close, srv.get_connections):
            refused(code, "callback", method, value)
            refused(code, "callback", method, callback=value)
        assert srv.listening

    all_refused(callback, check)
    log = Recorder(srv)
    srv.get_connections(log.note("count"))
    assert log.wait("count").args("count") == [(None, 0)]


@pytest.mark.parametrize("args", [(), (None,)], ids=repr)
def test_get_connections_needs_a_callback(args):
    with pytest.raises(TypeError) as info:
        pynet.Server().get_connections(*args)
    assert getattr(info.value, "code", TYPE) == TYPE
