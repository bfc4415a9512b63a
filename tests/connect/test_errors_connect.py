"""The options of connect() and Socket.connect(): a wrong value raises at once, and the socket is as good as before."""

from __future__ import annotations

import threading
import types

import pytest

import pynet
from bad_values import (
    ADDRESS,
    RANGE,
    TYPE,
    VALUE,
    all_refused,
    any_number,
    boolean,
    callback,
    camel,
    hints,
    instance,
    local_address,
    local_port,
    number,
    one_of,
    refused,
    seconds,
)
from helpers import Recorder, live_handles, shown, wait_until

HOST = "127.0.0.1"

OPTIONS = {
    "timeout": number(0),
    "connect_timeout": seconds,
    "keep_alive_initial_delay": any_number,
    "hints": hints,
    "lookup": callback,
    "local_address": local_address,
    "local_port": local_port,
    "auto_select_family": boolean,
    "auto_select_family_attempt_timeout": number(1, 2**31 - 1, integer=True),
    "happy_eyeballs": one_of("race", "serial"),
    "block_list": instance(pynet.BlockList),
    "signal": lambda value: instance(pynet.AbortSignal)(value),
    "type_of_service": number(0, 255, integer=True),
}
ONLY_CONNECT = {"timeout"}  # Socket.connect() has no such option
WITH_A_NAME = {"lookup", "hints"}  # where Node looks at it only when there is something to look up


@pytest.fixture(scope="module")
def place():
    """The options that lead to a server which closes what it gets."""

    def on_connection(sock):
        sock.on("error", lambda err: None)
        sock.destroy()

    before = live_handles()
    srv = pynet.create_server(on_connection).listen(0, HOST)
    address = srv.address()
    yield {"port": address.port, "host": HOST}
    srv.close()
    assert wait_until(lambda: live_handles() == before)


def check_unchanged(sock):
    assert (sock.connecting, sock.pending, sock.ready_state, sock.destroyed) == (False, True, "open", False)
    assert (sock.event_names(), sock.errored, sock.timeout, sock.bytes_written) == ([], None, None, 0)


def check_connects(sock, place, **options):
    """A good call after the bad ones works."""
    over = threading.Event()
    log = Recorder(sock, "connect", "error", "close")
    sock.connect(place, over.set, **options)
    assert over.wait(5), log.names
    log.wait("close")
    assert log.names[0] == "connect"


@pytest.mark.parametrize("name", OPTIONS)
def test_wrong_option(place, name):
    where = {**place, "host": "localhost"} if name in WITH_A_NAME else place

    def check(value, code):
        sock, streams = pynet.Socket(), pynet._pynet._counts()["streams"]
        forms = [((where,), {key: value}) for key in (name, camel(name))]
        forms += [(({**where, key: value},), {}) for key in (name, camel(name))]
        forms += [((where["port"], where["host"]), {name: value})]
        forms += [((types.MappingProxyType({**where, name: value}), lambda: None), {})]
        for args, kwargs in forms:
            copy = [dict(arg) if isinstance(arg, dict) else arg for arg in args]
            refused(code, name, pynet.connect, *args, **kwargs)
            if name not in ONLY_CONNECT:
                refused(code, name, sock.connect, *args, **kwargs)
            assert list(args) == copy, "the caller's mapping is never changed"
            check_unchanged(sock)
        assert pynet._pynet._counts()["streams"] <= streams  # those of the last good call may still be closing
        check_connects(sock, place)

    all_refused(OPTIONS[name], check)


@pytest.mark.parametrize("name", ["signal", "connect_timeout", "timeout", "block_list"])
def test_wrong_option_with_a_path(tmp_path, name):
    def check(value, code):
        refused(code, name, pynet.connect, {"path": tmp_path / "s.sock", name: value})
        if name not in ONLY_CONNECT:
            sock = pynet.Socket()
            refused(code, name, sock.connect, tmp_path / "s.sock", **{name: value})
            check_unchanged(sock)

    all_refused(OPTIONS[name], check)


GOOD = {
    "timeout": [0, 100, 60_000, None],
    "connect_timeout": [5, 2.5, None],
    "keep_alive_initial_delay": [0, -1, 1e300, None],
    "hints": [0, pynet.ADDRCONFIG, pynet.V4MAPPED, pynet.ALL, pynet.ADDRCONFIG | pynet.V4MAPPED | pynet.ALL, None],
    "local_address": [HOST, "", None],
    "local_port": [0, None],
    "auto_select_family": [True, False, None],
    "auto_select_family_attempt_timeout": [1, 9, 10, 250, 2**31 - 1, None],
    "happy_eyeballs": ["race", "serial", None],
    "block_list": [pynet.BlockList(), None],
    "signal": [pynet.AbortController().signal, None],
    "type_of_service": [0, 16, 255, None],
    "family": [0, 4, "IPv4", None],
    "no_delay": [True, False, 1, "", None],
    "keep_alive": [True, False, 1, "", None],
    "lookup": [None],
}


@pytest.mark.parametrize("name", GOOD)
def test_good_option(place, name):
    if name in ("local_address", "auto_select_family"):
        place = {**place, "family": 4}  # the server has no IPv6: of `localhost`, ::1 may be the first address
    for value in GOOD[name]:
        for host in (HOST, "localhost"):
            if name not in ONLY_CONNECT:
                check_connects(pynet.Socket(), {**place, "host": host}, **{name: value})
            log = Recorder(pynet.connect({**place, "host": host, camel(name): value}), "connect", "error", "close")
            assert log.wait("close").names[0] == "connect", value


@pytest.mark.parametrize("family", [5, "4", -1, True, {}, "ipv5", 10**30, 4.5, b"IPv4", "ipv4\0", [4]], ids=shown)
@pytest.mark.parametrize("host", [HOST, "localhost", "::1"])
def test_wrong_family(place, family, host):
    sock = pynet.Socket()
    for call in (pynet.connect, sock.connect):
        refused(VALUE, "options.family", call, {**place, "host": host, "family": family})
    check_unchanged(sock)
    check_connects(sock, place)


@pytest.mark.parametrize("value", [True, {}, object()], ids=["True", "mapping", "object"])
def test_tls_is_refused_with_the_way_to_it(place, value):
    sock = pynet.Socket()
    for call in (
        lambda: pynet.connect(place, tls=value),
        lambda: pynet.connect({**place, "tls": value}),
        lambda: sock.connect(place, tls=value),
        lambda: sock.connect({**place, "tls": value}),
    ):
        with pytest.raises(TypeError, match=r"'tls'; did you mean 'ssl'\?"):
            call()
    check_unchanged(sock)
    check_connects(sock, place)


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("local_adress", "local_address"),
        ("hint", "hints"),
        ("look_up", "lookup"),
        ("blocklist", "block_list"),
        ("auto_select_famly", "auto_select_family"),
        ("happy_eyeball", "happy_eyeballs"),
        ("connect_timeuot", "connect_timeout"),
        ("signals", "signal"),
        ("tos", None),
    ],
)
def test_an_unknown_keyword_names_the_nearest(place, given, near):
    sock = pynet.Socket()
    for call in (pynet.connect, sock.connect):
        with pytest.raises(TypeError, match=f"'{given}'" + (f".*'{near}'" if near else "")):
            call(place, **{given: 1})
    check_unchanged(sock)


def test_the_first_wrong_option_is_enough(place):
    """Several wrong ones: still one error, and nothing has changed."""
    sock = pynet.Socket()
    with pytest.raises((TypeError, ValueError)) as info:
        sock.connect(place, hints="x", local_port="y", lookup=5, block_list=6)
    assert info.value.code == TYPE
    check_unchanged(sock)
    check_connects(sock, place)


def test_a_connect_that_raises_leaves_a_connection_alone(pair):
    """connect() on a connected socket with a wrong option: the connection is as it was."""
    p = pair()
    state = (p.client.ready_state, p.client.remote_port, p.client.connecting)
    refused(TYPE, "lookup", p.client.connect, 80, "localhost", lookup=5)
    refused((ADDRESS, TYPE), "", p.client.connect, 80, HOST, local_address="x")
    refused(RANGE, "connect_timeout", p.client.connect, 80, "localhost", connect_timeout=-1)
    assert (p.client.ready_state, p.client.remote_port, p.client.connecting) == state
    log = Recorder(p.peer, "data")
    p.client.write(b"still here")
    log.wait_for(lambda: log.data() == b"still here")


# --- reported by an error event, as in Node ---


def failed(*args, **options):
    client = pynet.connect(*args, **options)
    log = Recorder(client, "connect", "error", "close").wait("close")
    assert log.names == ["error", "close"] and log.args("close") == [(True,)]
    assert client.destroyed and not client.connecting
    return log["error"]


def test_a_local_port_in_use(place):
    err = failed(place, local_port=place["port"], local_address=HOST)
    assert (err.code, err.syscall, err.port) == ("EADDRINUSE", "bind", place["port"])


@pytest.mark.parametrize("result", ["not an address", "", 5, None, b"127.0.0.1", "127.0.0.1/8", "1.2.3"], ids=shown)
def test_a_lookup_that_gives_no_address(result):
    err = failed(80, "name", auto_select_family=False, lookup=lambda host, opts, done: done(None, result, 4))
    assert isinstance(err, pynet.NetError) or isinstance(err, ValueError)
    assert err.code == ADDRESS and "Invalid IP address" in str(err)


@pytest.mark.parametrize("family", [5, 9, 0, -1, "4", None, True], ids=shown)
def test_a_lookup_that_gives_no_family(place, family):
    """Node: ERR_INVALID_ADDRESS_FAMILY for a wrong number; other values may do, as the address shows its family."""
    client = pynet.Socket()
    log = Recorder(client, "connect", "error", "close")
    client.connect(
        place["port"], "name", auto_select_family=False, lookup=lambda host, opts, done: done(None, HOST, family)
    )
    log.wait("close")
    if family in (5, 9) and family is not True:
        assert log.names == ["error", "close"]
        assert log["error"].code == "ERR_INVALID_ADDRESS_FAMILY"
        assert f"Invalid address family: {family} name:{place['port']}" in str(log["error"])
    else:
        assert log.names[-1] == "close" and not client.connecting


@pytest.mark.parametrize(
    "result",
    [None, [], "127.0.0.1", 5, [5], ["127.0.0.1"], [()], [{}], [("x", 4)], [{"address": "x", "family": 4}], [None]]
    + [{"address": HOST}, iter([])],
    ids=shown,
)
def test_a_lookup_of_all_that_gives_no_addresses(result):
    """Always an error event: nothing hangs, and nothing is thrown at the function that looks up."""
    thrown = []

    def lookup(host, options, done):
        try:
            done(None, result)
        except BaseException as error:
            thrown.append(error)
            raise

    err = failed(80, "name", auto_select_family=True, lookup=lookup)
    assert err.code is not None and not thrown


@pytest.mark.parametrize("error", [OSError(5, "down"), ValueError("x"), pynet.NetError("y")], ids=shown)
def test_a_lookup_that_fails(error):
    """Its error is the socket's."""
    assert failed(80, "name", lookup=lambda host, options, done: done(error, None, None)) is error


@pytest.mark.parametrize("error", ["text", 7, True, [], ValueError], ids=shown)
def test_a_lookup_error_that_is_no_exception(error):
    """Node emits anything; here the callback raises in the lookup function, which may still answer."""

    def lookup(host, options, done):
        refused(TYPE, '"err"', done, error)
        done(OSError("better"))

    assert str(failed(80, "name", lookup=lookup)) == "better"


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_a_lookup_function_of_another_count(place, count):
    """It is called with three arguments; what it raises leaves connect(), and the socket is as before."""
    lookup = [lambda: None, lambda a: None, lambda a, b: None, None, lambda a, b, c, d: None][count]
    sock = pynet.Socket()
    with pytest.raises(TypeError):
        sock.connect(place["port"], "name", lookup=lookup)
    assert (sock.connecting, sock.pending) == (False, True)


def test_a_second_answer_of_a_lookup_is_ignored(place):
    def lookup(host, options, done):
        done(None, [(HOST, 4)])
        done(None, "nonsense", 77)
        done(OSError("late"))

    check_connects(pynet.Socket(), {**place, "host": "name"}, lookup=lookup)


@pytest.mark.parametrize("args", [(), (None, None, None, None, None)], ids=["none", "five"])
def test_a_lookup_answer_with_wrong_counts(args):
    """The function that answers has a signature too."""
    caught = []

    def lookup(host, options, done):
        try:
            done(*args)
        except TypeError as error:
            caught.append(error)
            done(OSError("given up"))

    client = pynet.Socket()
    log = Recorder(client, "error", "close")
    client.connect(80, "name", lookup=lookup)
    log.wait("close")
    assert log.names == ["error", "close"]
