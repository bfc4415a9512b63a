"""Server() and its members: wrong options, values and arguments raise, and leave the server as it was."""

from __future__ import annotations

import gc

import pytest

import pynet
from bad_values import (
    TYPE,
    VALUES,
    any_number,
    callback,
    camel,
    instance,
    is_number,
    number,
    refused,
    rows,
)
from helpers import Recorder, raw_client

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
@pytest.mark.parametrize(("name", "value", "code"), rows(OPTIONS))
def test_wrong_option(function, name, value, code):
    before = servers()
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
    assert servers() == before


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


@pytest.mark.parametrize("name", ["tls", "ssl"])
def test_tls_is_refused(name):
    for call in (lambda: pynet.Server(**{name: True}), lambda: pynet.create_server({name: {}})):
        with pytest.raises(TypeError):
            call()


# --- members ---


@pytest.mark.parametrize("label", [label for label, v in VALUES.items() if v and v is not None])
def test_wrong_block_list(server, label):
    """The list that was there stays, and still blocks."""
    blocked = pynet.BlockList()
    blocked.add_subnet("127.0.0.0", 8)
    srv = pynet.create_server(lambda sock: sock.end(b"let in"), block_list=blocked)
    srv.listen(0, "127.0.0.1")
    for name in ("block_list", "blockList"):
        refused(TYPE, "block_list", setattr, srv, name, VALUES[label])
    assert srv.block_list is blocked
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


@pytest.mark.parametrize("label", list(VALUES))
def test_drop_max_connection_takes_the_truth_of_anything(label):
    srv = pynet.Server()
    assert srv.drop_max_connection is False
    srv.drop_max_connection = VALUES[label]
    assert bool(srv.drop_max_connection) is bool(VALUES[label])
    assert bool(srv.dropMaxConnection) is bool(VALUES[label])


@pytest.mark.parametrize(
    "label", [label for label, v in VALUES.items() if v is not None and not is_number(v)], ids=lambda label: label
)
def test_wrong_max_connections(label):
    srv = pynet.Server()
    srv.max_connections = 7
    for name in ("max_connections", "maxConnections"):
        refused(TYPE, "max_connections", setattr, srv, name, VALUES[label])
    assert srv.max_connections == 7
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


def test_the_list_of_connections_is_a_list_of_one_s_own(pair):
    p = pair()
    found = p.server.connections
    assert found == [p.peer]
    found.clear()
    assert p.server.connections == [p.peer]


SHUTDOWN = {"timeout": number(0)}


@pytest.mark.parametrize(("name", "value", "code"), rows(SHUTDOWN))
def test_wrong_shutdown_timeout(server, name, value, code):
    """Raised at once: the server listens on, and its connection lives."""
    seen = []
    srv = server(seen.append)
    with raw_client(srv) as client:
        for call in (lambda: srv.shutdown(value), lambda: srv.shutdown(timeout=value)):
            refused(code, name, call)
        assert srv.listening
        client.sendall(b"x")
        with raw_client(srv):
            pass
    assert srv.shutdown(timeout=0).result(5) is not None


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


@pytest.mark.parametrize(("name", "value", "code"), rows({"callback": callback}))
def test_wrong_callbacks(server, name, value, code):
    """close() with a wrong callback closes nothing; get_connections() needs one."""
    srv = server()
    for call in (
        lambda: srv.close(value),
        lambda: srv.close(callback=value),
        lambda: srv.get_connections(value),
        lambda: srv.get_connections(callback=value),
    ):
        refused(code, name, call)
    assert srv.listening
    log = Recorder(srv)
    srv.get_connections(log.note("count"))
    assert log.wait("count").args("count") == [(None, 0)]


@pytest.mark.parametrize("args", [(), (None,)], ids=repr)
def test_get_connections_needs_a_callback(args):
    with pytest.raises(TypeError) as info:
        pynet.Server().get_connections(*args)
    assert getattr(info.value, "code", TYPE) == TYPE
