"""connect(): its forms, names, and connections that cannot be made."""

import errno
import socket
import threading

import pytest

import pynet
from helpers import Recorder, target

HOST = "127.0.0.1"


def greet(sock):
    sock.on("error", lambda err: None)  # a client that destroys itself before it reads resets
    sock.end(b"hi")


def greeted(client, log=None):
    """What the server said, when the connection is over."""
    seen = log or Recorder(client, "data", "error", "close")
    seen.wait("close")
    return seen.data()


@pytest.fixture
def port():
    srv = pynet.create_server(greet).listen(0, HOST)
    yield srv.address().port
    srv.close()


TCP_FORMS = {
    "port and host": lambda port: ((port, HOST), {}),
    "port as text": lambda port: ((str(port), HOST), {}),
    "port alone": lambda port: ((port,), {}),
    "port, none": lambda port: ((port, None), {}),
    "a name": lambda port: ((port, "localhost"), {}),
    "pair": lambda port: (((HOST, port),), {}),
    "AddressInfo": lambda port: ((pynet.AddressInfo(HOST, port, "IPv4"),), {}),
    "mapping": lambda port: (({"port": port, "host": HOST},), {}),
    "mapping, port as text": lambda port: (({"port": str(port), "host": HOST},), {}),
    "keywords": lambda port: ((), {"port": port, "host": HOST}),
    "port, host by keyword": lambda port: ((port,), {"host": HOST}),
    "both: keywords win": lambda port: (({"port": 1, "host": HOST, "nonsense": 1},), {"port": port}),
    "family": lambda port: (({"port": port, "host": "localhost", "family": 4},), {}),
    "options of the socket": lambda port: ((port, HOST), {"allow_half_open": False, "no_delay": True}),
}


@pytest.mark.parametrize("function", [pynet.connect, pynet.create_connection])
@pytest.mark.parametrize("form", TCP_FORMS)
def test_connect_tcp_forms(port, form, function):
    args, options = TCP_FORMS[form](port)
    called = Recorder(pynet.EventEmitter())
    client = function(*args, called.note("callback"), **options)
    assert type(client) is pynet.Socket
    assert greeted(client) == b"hi"
    assert called.names == ["callback"]


@pytest.mark.parametrize("form", [form for form in TCP_FORMS if form != "options of the socket"])
def test_socket_connect_tcp_forms(port, form):
    args, options = TCP_FORMS[form](port)
    client = pynet.Socket()
    log = Recorder(client, "connect", "ready", "data", "error", "close")
    assert client.connect(*args, log.note("callback"), **options) is client
    assert greeted(client, log) == b"hi"
    assert log.names[:3] == ["connect", "callback", "ready"]


@pytest.mark.parametrize("form", ["str", "bytes", "PathLike", "mapping", "keyword"])
@pytest.mark.parametrize("by_socket", [False, True])
def test_connect_path_forms(tmp_path, form, by_socket):
    path = tmp_path / "s.sock"
    srv = pynet.create_server(greet).listen(path)
    args, options = {
        "str": ((str(path),), {}),
        "bytes": ((bytes(path),), {}),
        "PathLike": ((path,), {}),
        "mapping": (({"path": str(path)},), {}),
        "keyword": ((), {"path": path}),
    }[form]
    called = Recorder(pynet.EventEmitter())
    connect = pynet.Socket().connect if by_socket else pynet.connect
    assert greeted(connect(*args, called.note("callback"), **options)) == b"hi"
    assert called.names == ["callback"]
    srv.close()


def test_listener_by_keyword(port):
    called = Recorder(pynet.EventEmitter())
    assert greeted(pynet.connect(port, HOST, listener=called.note("callback"))) == b"hi"
    assert called.names == ["callback"]


def test_path_wins_over_port(tmp_path):
    srv = pynet.create_server(greet).listen(tmp_path / "s.sock")
    assert greeted(pynet.connect({"port": 1, "host": HOST, "path": str(tmp_path / "s.sock")})) == b"hi"
    srv.close()


def test_ipv6():
    srv = pynet.create_server(greet).listen(0, "::1")
    for args in [(srv.address().port, "::1"), (("::1", srv.address().port),), (srv.address(),)]:
        assert greeted(pynet.connect(*args)) == b"hi"
    srv.close()


def test_order_of_events_with_a_name(port):
    client = pynet.Socket()
    log = Recorder(client, "lookup", "connectionAttempt", "connect", "ready", "error", "close")
    with pynet.turn():
        client.connect(port, "localhost", log.note("callback"))
        assert (client.connecting, client.pending, client.ready_state) == (True, True, "opening")
    log.wait("ready")
    names = [name for name in log.names if name != "connectionAttemptFailed"]
    assert names[0] == "lookup"
    assert names[-3:] == ["connect", "callback", "ready"]
    assert set(names[1:-3]) == {"connectionAttempt"} | ({"lookup"} if names.count("lookup") > 1 else set())
    err, address, family, host = log.args("lookup")[0]
    assert (err, host) == (None, "localhost")
    assert (address, family) in [(HOST, 4), ("::1", 6)]
    client.destroy()


def test_no_lookup_for_an_address(port):
    client = pynet.Socket()
    log = Recorder(client, "lookup", "connectionAttempt", "connect", "ready")
    client.connect(port, HOST)
    log.wait("ready")
    assert log.entries[0] == ("connectionAttempt", (HOST, port, 4))
    assert log.names == ["connectionAttempt", "connect", "ready"]
    client.destroy()


def unused_port():
    """A port on which no socket listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def test_refused():
    port = unused_port()
    client = pynet.connect(port, HOST)
    log = Recorder(client, "connect", "ready", "end", "error", "close")
    err = log.wait("close")["error"]
    assert isinstance(err, ConnectionRefusedError) and isinstance(err, pynet.NetError)
    assert (err.code, err.errno, err.syscall) == ("ECONNREFUSED", errno.ECONNREFUSED, "connect")
    assert (err.address, err.port) == (HOST, port)
    assert str(err) == f"connect ECONNREFUSED {HOST}:{port}"
    assert log.names == ["error", "close"]
    assert log.args("close") == [(True,)]
    assert (client.destroyed, client.connecting, client.errored) == (True, False, err)


def test_refused_after_the_server_closed(server):
    srv = server()
    where = target(srv)
    srv.close()
    log = Recorder(pynet.connect(where), "connect", "error", "close")
    err = log.wait("close")["error"]
    assert err.code == ("ENOENT" if "path" in where else "ECONNREFUSED")
    assert log.names == ["error", "close"]


@pytest.mark.posix_only("the numbers of getaddrinfo() are positive")
@pytest.mark.parametrize("name", ["name.invalid", "a.b.c.invalid", "-", "x" * 64 + ".invalid", "1.2.3.4.5"])
def test_unresolvable_name(name):
    client = pynet.Socket()
    log = Recorder(client, "lookup", "connectionAttempt", "connect", "error", "close")
    client.connect(80, name)
    err = log.wait("close", timeout=20)["error"]
    assert isinstance(err, pynet.NetError) and isinstance(err, socket.gaierror)
    assert err.code.startswith("E") and err.syscall == "getaddrinfo" and err.hostname == name
    assert err.errno < 0  # as the socket module's
    assert str(err).endswith(f"getaddrinfo {err.code} {name}")
    assert log.names == ["lookup", "error", "close"]
    assert log.args("lookup") == [(err, None, None, name)]
    assert log.args("close") == [(True,)]


def test_code_of_a_name_that_is_not_there():
    err = Recorder(pynet.connect(80, "name.invalid"), "error", "close").wait("close", timeout=20)["error"]
    assert err.code in ("ENOTFOUND", "EAI_AGAIN")  # the second where no name server answers


def test_destroy_during_the_lookup():
    client = pynet.Socket()
    log = Recorder(client, "lookup", "connectionAttempt", "connect", "error", "close")
    with pynet.turn():
        client.connect(80, "localhost")
        client.destroy()
        assert (client.connecting, client.destroyed) == (False, True)
    log.wait("close")
    pynet.set_timeout(log.note("later"), 30)
    log.wait("later")
    assert log.names == ["close", "later"]
    assert log.args("close") == [(False,)]


def test_destroy_at_once_after_connect(server, kind):
    srv = server()
    client = pynet.Socket()
    log = Recorder(client, "connect", "ready", "error", "close")
    with pynet.turn():
        client.connect(target(srv))
        client.destroy()
    log.wait("close")
    assert log.names == ["close"]
    assert log.args("close") == [(False,)]


BAD = {
    "nothing": ((), {}, TypeError, "ERR_MISSING_ARGS"),
    "empty mapping": (({},), {}, TypeError, "ERR_MISSING_ARGS"),
    "host alone": ((), {"host": HOST}, TypeError, "ERR_MISSING_ARGS"),
    "negative port": ((-1,), {}, ValueError, "ERR_SOCKET_BAD_PORT"),
    "big port": ((65536,), {}, ValueError, "ERR_SOCKET_BAD_PORT"),
    "fraction": ((80.5,), {}, ValueError, "ERR_SOCKET_BAD_PORT"),
    "port of a mapping": (({"port": 99999, "host": HOST},), {}, ValueError, "ERR_SOCKET_BAD_PORT"),
    "bool": ((True,), {}, TypeError, "ERR_INVALID_ARG_TYPE"),
    "object": ((object(),), {}, TypeError, "ERR_INVALID_ARG_TYPE"),
    "path is a number": ((), {"path": 5}, TypeError, "ERR_INVALID_ARG_TYPE"),
    "host is a number": (({"port": 80, "host": 5},), {}, TypeError, "ERR_INVALID_ARG_TYPE"),
    "host with a null": ((80, "a\0b"), {}, ValueError, "ERR_INVALID_ARG_VALUE"),
    "host first": (("example.com", 80), {}, TypeError, "ERR_INVALID_ARG_TYPE"),
    "pair the wrong way": (((80, HOST),), {}, TypeError, "ERR_INVALID_ARG_TYPE"),
    "family": (({"port": 80, "host": HOST, "family": 5},), {}, ValueError, "ERR_INVALID_ARG_VALUE"),
    "listener": (({"port": 80},), {"listener": 5}, TypeError, "ERR_INVALID_ARG_TYPE"),
    "delay": (({"port": 80, "keep_alive_initial_delay": "x"},), {}, TypeError, "ERR_INVALID_ARG_TYPE"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments_raise_at_once_and_change_nothing(case):
    args, options, kind, code = BAD[case]
    with pytest.raises(kind) as info:
        pynet.connect(*args, **options)
    assert info.value.code == code
    client = pynet.Socket()
    log = Recorder(client, "error", "close")
    with pytest.raises(kind) as info:
        client.connect(*args, **options)
    assert info.value.code == code
    assert (client.connecting, client.pending, client.destroyed) == (False, True, False)
    assert (client.ready_state, client.listener_count("connect"), log.names) == ("open", 0, [])


def test_the_message_shows_the_right_order():
    with pytest.raises(TypeError, match=r"connect\(80, 'example\.com'\)"):
        pynet.connect("example.com", 80)


def test_unknown_keyword_names_the_nearest():
    with pytest.raises(TypeError, match=r"hosst.*host"):
        pynet.connect(80, hosst=HOST)
    with pytest.raises(TypeError, match=r"allow_half_opn.*allow_half_open"):
        pynet.Socket(allow_half_opn=True)


def test_socket_constructor_forms():
    for args, options, half_open in [
        ((), {}, False),
        ((None,), {}, False),
        (({},), {}, False),
        (({"allow_half_open": True},), {}, True),
        (({"allowHalfOpen": True},), {}, True),
        ((), {"allow_half_open": True}, True),
        ((), {"allowHalfOpen": True}, True),
        (({"allow_half_open": False},), {"allow_half_open": True}, True),
        (({"allow_half_open": 1, "nonsense": 2},), {}, True),
    ]:
        assert pynet.Socket(*args, **options).allow_half_open is half_open
    for bad in ("x", True, [], object()):
        with pytest.raises(TypeError) as info:
            pynet.Socket(bad)
        assert info.value.code == "ERR_INVALID_ARG_TYPE"


def test_the_mapping_of_the_caller_is_not_changed(port):
    options = {"port": port, "host": HOST, "keep_alive": True, "keep_alive_initial_delay": -1}
    copy = dict(options)
    greeted(pynet.connect(options))
    assert options == copy


def test_a_new_listener_listener_may_destroy_the_socket_that_connects(silent):
    host, port = silent
    sock = pynet.Socket()
    sock.once("newListener", lambda *args: sock.destroy())
    sock.connect(port, host, lambda: None)
    assert (sock.destroyed, sock.connecting) == (True, False)
    closed = threading.Event()
    sock.on("close", lambda had_error: closed.set())
    assert closed.wait(5)


# Run in a process of its own: what an error's class does when the loop makes the error. A collection of garbage does
# the same unasked, but from Python 3.12 on never in the midst of C.
MAKING = """
import pynet

def when_made(kind, act):
    def init(self, *args):
        print("made")
        act(self)
        OSError.__init__(self, *args)
    kind.__init__ = init
"""


def test_a_connect_error_may_destroy_its_socket_while_it_is_made(script, refused):
    done = script(
        MAKING
        + f"""
sock, errors = pynet.Socket(), []
when_made(pynet.NetConnectionRefusedError, lambda err: (errors.append(err), sock.destroy()))
sock.on("connectionAttemptFailed", lambda *args: print("failed"))
sock.on("error", lambda err: print("error", err))
sock.on("close", lambda had_error: print("close", had_error, errors[0].address))
pynet.run(lambda: sock.connect({refused[1]}, "127.0.0.1"))
"""
    )
    assert (done.returncode, done.stdout, done.stderr[-500:]) == (0, "made\nclose False 127.0.0.1\n", "")


def test_a_lookup_error_may_destroy_its_socket_while_it_is_made(script):
    done = script(
        MAKING
        + """
sock = pynet.Socket()
when_made(pynet.NetLookupError, lambda err: sock.destroy())
sock.on("lookup", lambda *args: print("lookup"))
sock.on("error", lambda err: print("error", err))
sock.on("close", lambda had_error: print("close", had_error))
pynet.run(lambda: sock.connect(80, "".join(["no-such", "-host", ".invalid"])))
"""
    )
    assert (done.returncode, done.stdout, done.stderr[-500:]) == (0, "made\nclose False\n", "")
