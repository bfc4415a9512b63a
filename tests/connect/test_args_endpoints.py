"""The argument forms of connect() and listen(): what they take, what they refuse, and that refusing changes nothing."""

from __future__ import annotations

import ast
import collections
import encodings.idna
import ipaddress
import threading
import types

import pytest

import pynet
from helpers import Recorder, wait_until
from paths import ROOT

TYPE, VALUE, PORT, MISSING = "ERR_INVALID_ARG_TYPE", "ERR_INVALID_ARG_VALUE", "ERR_SOCKET_BAD_PORT", "ERR_MISSING_ARGS"
TYPE_ERRORS = {TYPE, MISSING}


def refused(code, text, call):
    with pytest.raises(TypeError if code in TYPE_ERRORS else ValueError) as info:
        call()
    assert type(info.value) in (TypeError, ValueError)
    assert info.value.code == code
    assert text in str(info.value)
    return str(info.value)


def check_connect_refused(code, text, *args, **kwargs):
    """By connect() and by Socket.connect(), whose socket stays as it was."""
    refused(code, text, lambda: pynet.connect(*args, **kwargs))
    sock = pynet.Socket()
    refused(code, text, lambda: sock.connect(*args, **kwargs))
    assert (sock.connecting, sock.pending, sock.ready_state, sock.destroyed) == (False, True, "open", False)
    assert sock.event_names() == []
    assert pynet._pynet._counts()["streams"] == 0


def check_listen_refused(code, text, *args, **kwargs):
    server = pynet.Server()
    refused(code, text, lambda: server.listen(*args, **kwargs))
    assert not server.listening and server.address() is None and server.event_names() == []
    server.on("connection", lambda sock: None).listen(0, "127.0.0.1")
    assert server.listening, "it is still good"
    server.close()


# --- ports ---

GOOD = [(p, None) for p in ("%d", " %d ", "+%d", "%d.0", "\t%d\n", "%de0", "00%d")]
BAD_RANGE = [-1, 65536, 10**30, -(10**30), "65536", 1.5, "1.5", float("nan"), float("inf"), float("-inf")]
BAD_TEXT = ["", " ", "\t"]
BAD_TYPE = [True, False, 10j]


@pytest.mark.parametrize("port", [*BAD_RANGE, *BAD_TEXT], ids=repr)
def test_bad_ports(port):
    check_connect_refused(PORT, "Port", port, "127.0.0.1")
    check_connect_refused(PORT, "Port", {"port": port})
    check_connect_refused(PORT, "Port", port=port)
    check_connect_refused(PORT, "Port", ("127.0.0.1", port))
    check_listen_refused(PORT, "options.port", port)
    check_listen_refused(PORT, "options.port", {"port": port})
    check_listen_refused(PORT, "options.port", port=port)
    check_listen_refused(PORT, "options.port", ("127.0.0.1", port))


@pytest.mark.parametrize(
    "port", ["80abc", "-1", "1_000", "٣", "80 80", "0x", "0xg", "1e", "--1", "nan", "inf", "\ud800"]
)
def test_port_texts_that_are_no_numbers(port):
    """As options they are bad ports; in first place they would be paths."""
    check_connect_refused(PORT, "Port", {"port": port})
    check_listen_refused(PORT, "options.port", {"port": port})


@pytest.mark.parametrize("port", BAD_TYPE, ids=repr)
def test_ports_of_a_wrong_type(port):
    check_connect_refused(TYPE, "options.port", port)
    check_connect_refused(TYPE, "options.port", {"port": port})
    check_connect_refused(TYPE, "options.port", ("127.0.0.1", port))
    check_listen_refused(TYPE, "options.port", port)
    check_listen_refused(TYPE, "options.port", {"port": port})


@pytest.mark.parametrize("port", [[], [80], {}, object(), print], ids=lambda p: type(p).__name__)
def test_ports_of_a_wrong_type_in_options(port):
    check_connect_refused(TYPE, "options.port", {"port": port})
    check_listen_refused(TYPE, "options.port", {"port": port})


@pytest.mark.parametrize("port", [[80], object(), 3j], ids=lambda p: type(p).__name__)
def test_ports_of_a_wrong_type_in_first_place(port):
    check_connect_refused(TYPE, "port", port)
    if not isinstance(port, list):  # to listen() it is several addresses
        check_listen_refused(TYPE, "port", port)


class Index:
    def __index__(self):
        return 80


def test_an_index_is_no_port():
    check_connect_refused(TYPE, "port", Index())


@pytest.fixture
def echo():
    """A listening server on 127.0.0.1 and its port."""
    seen = []
    server = pynet.Server(lambda sock: (seen.append(sock), sock.on("error", lambda err: None)))
    server.listen(0, "127.0.0.1")
    server.seen = seen
    yield server, server.address().port
    for sock in seen:
        sock.destroy()
    server.close()


def check_connects(echo, *args, **kwargs):
    server, port = echo
    over = threading.Event()
    sock = pynet.connect(*args, **kwargs)
    sock.on("connect", over.set)
    assert over.wait(5)
    assert (sock.remote_address, sock.remote_port) == ("127.0.0.1", port)
    sock.destroy()


@pytest.mark.parametrize("form", [form for form, _ in GOOD] + ["0x%x", "0X%X", "0o%o", "0b{:b}"])
def test_ports_as_text(echo, form):
    port = echo[1]
    text = form.format(port) if "{" in form else form % port
    check_connects(echo, text, "127.0.0.1")
    check_connects(echo, {"port": text, "host": "127.0.0.1"})


def test_ports_as_floats_and_subclasses(echo):
    class Int(int):
        pass

    check_connects(echo, float(echo[1]), "127.0.0.1")
    check_connects(echo, Int(echo[1]), "127.0.0.1")


@pytest.mark.parametrize("args", [(), (None,), (0,), ("0",), (-0.0,), ("-0",), (None, "127.0.0.1"), ({"port": None},)])
def test_listening_on_any_port(args):
    server = pynet.Server(print).listen(*args)
    assert server.listening and server.address().port > 0
    server.close()


# --- connect ---


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        ((None,), {}),
        (({},), {}),
        (({"host": "127.0.0.1"},), {}),
        (({"path": None},), {}),
        ((), {"host": "127.0.0.1"}),
        ((), {"port": None}),
        (({"port": None, "path": None},), {}),
        ((print,), {}),
    ],
)
def test_connect_needs_a_port_or_a_path(args, kwargs):
    check_connect_refused(MISSING, '"port"', *args, **kwargs)


@pytest.mark.parametrize("path", [123, True, [], {}, object(), bytearray(b"x")], ids=lambda p: type(p).__name__)
def test_connect_paths_of_a_wrong_type(path):
    check_connect_refused(TYPE, "options.path", {"path": path})
    check_connect_refused(TYPE, "options.path", path=path)


@pytest.mark.parametrize("host", [1, True, {}, [], b"127.0.0.1", object()], ids=lambda p: type(p).__name__)
def test_hosts_of_a_wrong_type(host):
    check_connect_refused(TYPE, "host", {"port": 80, "host": host})
    check_connect_refused(TYPE, "host", 80, host)
    check_connect_refused(TYPE, "host", 80, host=host)
    check_listen_refused(TYPE, "host", {"port": 0, "host": host})


@pytest.mark.parametrize("host", ["a\0b", "\0", "127.0.0.1\0", "127.0.0.1\0.example.com"])
def test_a_host_with_a_null_byte(host):
    check_connect_refused(VALUE, "host", 80, host)
    check_connect_refused(VALUE, "null character", {"port": 80, "host": host})
    check_listen_refused(VALUE, "host", 0, host)


@pytest.mark.parametrize("host", ["\ud800", "é" * 100, "a" * 63 + "é", "é..é"])
def test_a_host_that_cannot_be_encoded(host):
    check_connect_refused(VALUE, "host", 80, host)
    check_listen_refused(VALUE, "host", 0, host)


@pytest.mark.parametrize("host", ["é" * 2_000_000, "é." * 1_000_000, "é." * 127 + "x"])
def test_a_name_that_is_too_long_is_refused_before_it_is_encoded(host, monkeypatch):
    encoded = []
    monkeypatch.setattr(encodings.idna, "ToASCII", lambda label: encoded.append(label) or b"x")
    check_connect_refused(VALUE, "host", 80, host)
    check_listen_refused(VALUE, "host", 0, host)
    assert encoded == []


def test_a_name_of_the_greatest_length_is_looked_up():
    host = "é." + "a." * 119 + "invalid"
    assert len(host.encode("idna")) == 253
    log = Recorder(pynet.connect(80, host), "error", "close").wait("close")
    assert log["error"].hostname == host


@pytest.mark.posix_only("[::1] in brackets is an address")
@pytest.mark.parametrize("host", ["bücher.invalid", "例え.invalid", "127.0.0.1 ", "[::1]", "256.1.1.1", " "])
def test_a_host_that_does_not_exist(host):
    log = Recorder(pynet.connect(80, host), "error", "close").wait("close")
    assert log["error"].syscall == "getaddrinfo"
    assert log["error"].hostname == host


@pytest.mark.parametrize("host", [None, ""])
def test_no_host_is_localhost(echo, host):
    check_connects(echo, echo[1], host)
    check_connects(echo, {"port": echo[1], "host": host})


def test_connect_forms(echo):
    port = echo[1]
    check_connects(echo, port)
    check_connects(echo, port, "localhost")
    check_connects(echo, ("127.0.0.1", port))
    check_connects(echo, ("127.0.0.1", port, "more", "as IPv6 pairs have"))
    check_connects(echo, echo[0].address())
    check_connects(echo, port=port, host="127.0.0.1")
    check_connects(echo, {"port": port}, host="127.0.0.1")
    check_connects(echo, types.MappingProxyType({"port": port, "host": "127.0.0.1"}))


def test_keywords_win_over_the_mapping(echo):
    check_connects(echo, {"port": 1, "host": "127.0.0.1"}, port=echo[1])


@pytest.mark.parametrize("form", ["last", "keyword", "option"])
def test_the_connect_listener(echo, form):
    over = threading.Event()
    port = echo[1]
    if form == "last":
        socks = [pynet.connect(port, "127.0.0.1", over.set)]
    elif form == "keyword":
        socks = [pynet.connect(port, "127.0.0.1", listener=over.set)]
    else:
        socks = [pynet.connect({"port": port, "host": "127.0.0.1"}, over.set)]
    assert over.wait(5)
    assert socks[0].listener_count("connect") == 0, "it was a once() listener"
    socks[0].destroy()


async def coroutine_function():
    pass


@pytest.mark.parametrize("value", [5, "x", [], coroutine_function], ids=lambda v: type(v).__name__)
def test_a_wrong_listener_or_callback(value):
    check_connect_refused(TYPE, '"listener"', 80, "127.0.0.1", listener=value)
    check_listen_refused(TYPE, '"callback"', 0, "127.0.0.1", callback=value)
    if callable(value):
        check_connect_refused(TYPE, '"listener"', 80, "127.0.0.1", value)
        check_listen_refused(TYPE, '"callback"', 0, "127.0.0.1", value)


@pytest.mark.parametrize("family", [5, "4", -1, True, {}, "ipv5", 10**30], ids=repr)
def test_wrong_families(family):
    check_connect_refused(VALUE, "options.family", port=80, family=family)


@pytest.mark.parametrize("family", [0, 4, "IPv4", None])
def test_good_families(echo, family):
    check_connects(echo, {"port": echo[1], "host": "localhost", "family": family})


@pytest.mark.parametrize(
    ("value", "code"),
    [(-1, "ERR_OUT_OF_RANGE"), (float("nan"), "ERR_OUT_OF_RANGE"), (float("inf"), "ERR_OUT_OF_RANGE"), ("5", TYPE)]
    + [(True, TYPE), ([], TYPE)],
)
def test_wrong_timeout_options(value, code):
    refused(code, "timeout", lambda: pynet.connect(80, "127.0.0.1", timeout=value))
    assert pynet._pynet._counts()["streams"] == 0


@pytest.mark.parametrize("value", ["x", True, [], b"5"])
def test_wrong_keep_alive_delays(value):
    check_connect_refused(TYPE, "keep_alive_initial_delay", {"port": 80, "keep_alive_initial_delay": value})
    refused(TYPE, "keep_alive_initial_delay", lambda: pynet.Server(keep_alive_initial_delay=value))


@pytest.mark.parametrize("value", [1e300, float("nan"), float("inf"), -5, 10**30])
def test_absurd_keep_alive_delays_count_as_none(echo, value):
    check_connects(echo, echo[1], "127.0.0.1", keep_alive=True, keep_alive_initial_delay=value)
    sock = pynet.Socket()
    over = threading.Event()
    sock.connect(echo[1], "127.0.0.1", over.set, keep_alive=True, keep_alive_initial_delay=value)
    assert over.wait(5)
    sock.destroy()


# --- the wrong order ---


@pytest.mark.parametrize("args", [("example.com", 80), ("127.0.0.1", 80), ("localhost", 80), ("::1", 80.0), ("x", 0)])
def test_host_before_port_in_connect(args):
    check_connect_refused(TYPE, f"connect({args[1]!r}, '{args[0]}')", *args)


@pytest.mark.parametrize("args", [("127.0.0.1", 8080), ("::1", 80), ("localhost", 80), ("::", 0), ("LOCALHOST", 1)])
def test_host_before_port_in_listen(args):
    check_listen_refused(TYPE, f"listen({args[1]!r}, '{args[0]}')", *args)


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1", "::1", ipaddress.ip_address("127.0.0.1")])
def test_host_before_a_port_of_text(host):
    check_connect_refused(TYPE, f"The port comes first: connect(80, {host!r})", host, "80")
    check_listen_refused(TYPE, f"The port comes first: listen(80, {host!r})", host, "80")


def test_none_before_a_host():
    check_connect_refused(TYPE, "The port comes first: connect(port, 'example.com')", None, "example.com")


LONE = {
    "localhost:8080": "8080, 'localhost'",
    "127.0.0.1:80": "80, '127.0.0.1'",
    "[::1]:80": "80, '::1'",
    ":80": "80",
    "tcp://example.com:80/x": "80, 'example.com'",
    "tcp://user@[::1]:80": "80, '::1'",
    "http://example.com": "port, 'example.com'",
    "unix:///run/x.sock": "'/run/x.sock'",
    "unix:/run/x.sock": "'/run/x.sock'",
}


@pytest.mark.parametrize("text", LONE)
def test_a_text_alone_that_is_no_path(text):

    check_connect_refused(VALUE, f"connect({LONE[text]}), or connect(path={text!r})", text)
    check_listen_refused(VALUE, f"listen({LONE[text]}), or listen(path={text!r})", text)


@pytest.mark.posix_only("a path that does not name a pipe fails with EACCES")
@pytest.mark.parametrize("spell", [lambda text: (f"./{text}",), lambda text: ({"path": text},)])
@pytest.mark.parametrize("text", ["localhost:8080", "a:99999", "a:b", "a:"])
def test_a_path_with_a_colon(tmp_path, monkeypatch, spell, text):
    monkeypatch.chdir(tmp_path)
    server = pynet.create_server(lambda sock: sock.end()).listen(*spell(text))
    assert (tmp_path / text).is_socket()
    sock = pynet.connect(*spell(text))
    Recorder(sock, "connect", "close").wait("connect")
    sock.destroy()
    server.close()


@pytest.mark.posix_only("a path that does not name a pipe fails with EACCES")
@pytest.mark.parametrize("text", ["a:99999", "a:b", "a:", "x:y:z"])
def test_a_text_alone_with_a_colon_is_a_path(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    server = pynet.create_server(lambda sock: sock.end()).listen(text)
    assert (tmp_path / text).is_socket()
    server.close()


# --- names of options ---


@pytest.mark.parametrize(
    ("call", "given", "near"),
    [
        (pynet.connect, "hots", "host"),
        (pynet.connect, "prot", "port"),
        (pynet.connect, "allowhalfopen", "allow_half_open"),
        (pynet.connect, "time_out", "timeout"),
        (lambda **kw: pynet.Socket().connect(**kw), "famly", "family"),
        (lambda **kw: pynet.Server().listen(**kw), "back_log", "backlog"),
        (pynet.Server, "pause_on_conect", "pause_on_connect"),
        (pynet.create_server, "keepalive", "keep_alive"),
        (pynet.Socket, "high_watermark", "high_water_mark"),
    ],
)
def test_an_unknown_keyword_names_the_nearest(call, given, near):
    with pytest.raises(TypeError, match=f"'{given}'.*'{near}'"):
        call(**{given: 1})


@pytest.mark.parametrize("call", [pynet.connect, pynet.Server, pynet.Server().listen, pynet.Socket, pynet.run])
@pytest.mark.parametrize("given", ["kitten", "x", "reuse_addr_or_so"])
def test_an_unknown_keyword_with_nothing_near_suggests_nothing(call, given):
    with pytest.raises(TypeError) as caught:
        call(**{given: 1})
    assert str(caught.value).endswith(f"got an unexpected keyword argument '{given}'")


@pytest.mark.parametrize(
    ("call", "given", "place"),
    [
        (pynet.create_server, "port", "port is an option of listen()"),
        (pynet.create_server, "reusePort", "reuse_port is an option of listen()"),
        (pynet.create_server, "max_connections", "max_connections is a property of Server"),
        (pynet.create_server, "maxConnection", "max_connections is a property of Server"),
        (pynet.create_server, "local_address", "local_address is an option of connect()"),
        (pynet.create_server, "encoding", "encoding is an option of Socket and connect()"),
        (pynet.Server().listen, "max_connections", "max_connections is a property of Server"),
        (pynet.Server().listen, "no_delay", "no_delay is an option of Server and create_server()"),
        (lambda **kw: pynet.Socket().connect(**kw), "allow_half_open", "allow_half_open is an option of Socket"),
        (pynet.connect, "set_timeout", "did you mean 'timeout'?"),
        (pynet.connect, "backlog", "backlog is an option of listen()"),
        (pynet.Socket, "connect_timeout", "connect_timeout is an option of connect()"),
        (pynet.Socket, "set_no_delay", "did you mean 'no_delay'?"),
        (pynet.Socket, "destroy", "destroy is a method of Socket"),
    ],
)
def test_an_unknown_keyword_says_where_it_belongs(call, given, place):
    with pytest.raises(TypeError) as caught:
        call(**{given: 1})
    assert f"got an unexpected keyword argument '{given}'; {place}" in str(caught.value)


def options_of_the_stubs(name):
    """The keys in PEP 8 spelling of a dict of options in pynet/_options.pyi, with those of its bases."""
    tree = ast.parse((ROOT / "pynet" / "_options.pyi").read_text())
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    keys = {line.target.id for line in classes[name].body if isinstance(line, ast.AnnAssign)}
    for base in classes[name].bases:
        if base.id in classes:
            keys |= options_of_the_stubs(base.id)
    return {key for key in keys if key.islower()}


def test_where_options_belong_is_complete():
    from pynet._messages import _OPTIONS

    told = {place: set(names.split()) for place, names in _OPTIONS.items()}
    assert told["listen()"] == options_of_the_stubs("ListenOptions") - {"callback"}
    assert told["Server and create_server()"] == options_of_the_stubs("ServerOptions")
    assert told["Socket and connect()"] == options_of_the_stubs("SocketOptions")
    assert told["connect()"] == options_of_the_stubs("_ConnectingOptions") - {"port", "host", "path", "listener"}


def test_unknown_keys_of_a_mapping_are_ignored(echo):
    check_connects(echo, {"port": echo[1], "host": "127.0.0.1", "hots": 5, 7: 8, None: 1})
    pynet.Server({"nothing": 1})
    pynet.Socket({"nothing": 1, ("a",): 2})


def test_both_spellings_of_keys(echo):
    for key in ("allow_half_open", "allowHalfOpen"):
        assert pynet.Socket({key: True}).allow_half_open is True
        assert pynet.Socket(**{key: True}).allow_half_open is True
    assert pynet.Socket({"allowHalfOpen": True}, allow_half_open=False).allow_half_open is False
    with pytest.raises(TypeError):
        pynet.Server(keepAliveInitialDelay="x")


def test_the_caller_s_mapping_is_never_changed():
    options = {"port": None, "host": "127.0.0.1", "keepAliveInitialDelay": -5}
    before = dict(options)
    pynet.Server(options, print).listen(options).close()
    pynet.Socket(options)
    assert options == before


def test_a_mapping_that_raises():
    class Bad(dict):
        def __getitem__(self, key):
            raise RuntimeError(key)

    for call in (pynet.connect, pynet.Socket, pynet.Server, pynet.Server().listen):
        with pytest.raises(RuntimeError):
            call(Bad(port=1))


@pytest.mark.parametrize("options", [5, "x", True, [], object()], ids=lambda v: type(v).__name__)
def test_constructor_options_of_a_wrong_type(options):
    refused(TYPE, '"options"', lambda: pynet.Server(options))
    refused(TYPE, '"options"', lambda: pynet.create_server(options))
    if options != 5:  # a descriptor, and perhaps one in use
        refused(TYPE, '"options"', lambda: pynet.Socket(options))


@pytest.mark.parametrize("value", [5, "x", [], coroutine_function], ids=lambda v: type(v).__name__)
def test_a_wrong_connection_listener(value):
    refused(TYPE, '"listener"', lambda: pynet.Server({}, value))
    refused(TYPE, '"listener"', lambda: pynet.Server(listener=value))
    refused(TYPE, '"listener"', lambda: pynet.create_server(None, value))


@pytest.mark.parametrize("mark", [-1, float("nan"), 1.5, float("inf"), 2**31, 10**30])
def test_high_water_marks_out_of_range(mark):
    for kind in (pynet.Socket, pynet.Server):
        refused(VALUE, "high_water_mark", lambda kind=kind: kind(high_water_mark=mark))


@pytest.mark.parametrize("mark", ["5", True, []])
def test_high_water_marks_of_a_wrong_type(mark):
    for kind in (pynet.Socket, pynet.Server):
        refused(TYPE, "high_water_mark", lambda kind=kind: kind({"highWaterMark": mark}))


# --- listen ---


@pytest.mark.parametrize("options", [{}, {"host": "127.0.0.1"}, {"fd": None}, {"backlog": 5}])
def test_listen_options_need_a_port_or_a_path(options):
    check_listen_refused(VALUE, '"port" or "path"', options)


@pytest.mark.parametrize("path", [5, True, [], object()], ids=lambda v: type(v).__name__)
def test_listen_paths_of_a_wrong_type(path):
    check_listen_refused(TYPE, "path", {"path": path})


def test_an_empty_listen_path():
    check_listen_refused(VALUE, "path", {"path": ""})
    check_listen_refused(VALUE, "path", {"path": b""})


@pytest.mark.parametrize("backlog", [True, "5", [], {}])
def test_wrong_backlogs(backlog):
    check_listen_refused(TYPE, "backlog", {"port": 0, "backlog": backlog})


@pytest.mark.parametrize("backlog", [0, 1, 511, -1, 5.5, float("nan"), None])
def test_good_backlogs(backlog):
    for server in (
        pynet.Server(print).listen({"port": 0, "backlog": backlog}),
        pynet.Server(print).listen(0, "127.0.0.1", backlog),
        pynet.Server(print).listen(0, backlog),
        pynet.Server(print).listen(0, None, backlog),
    ):
        assert server.listening
        server.close()


@pytest.mark.parametrize("form", ["str", "bytes", "PathLike", "option", "keyword", "bytes option"])
def test_paths(tmp_path, form):
    path = tmp_path / "s.sock"
    args = {"str": str(path), "bytes": bytes(path), "PathLike": path}.get(form)
    options = {"option": path, "keyword": path, "bytes option": bytes(path)}
    servers = []
    if args is not None:
        servers.append(pynet.Server(lambda sock: sock.end(b"hi")).listen(args))
        sock = pynet.connect(args)
    elif form == "keyword":
        servers.append(pynet.Server(lambda sock: sock.end(b"hi")).listen(path=options[form]))
        sock = pynet.connect(path=options[form])
    else:
        servers.append(pynet.Server(lambda sock: sock.end(b"hi")).listen({"path": options[form]}))
        sock = pynet.connect({"path": options[form]})
    assert servers[0].address() == str(path)
    log = Recorder(sock, "data", "close").wait("close")
    servers[0].close()
    assert log.data() == b"hi" and not path.exists()


@pytest.mark.posix_only("names of files are text")
def test_a_path_that_is_no_text(tmp_path):
    """Bytes that are not UTF-8 come back as in Python's file names."""
    path = bytes(tmp_path) + b"/\xff.sock"
    server = pynet.Server(print).listen(path)
    assert server.address() == str(tmp_path) + "/\udcff.sock"
    check_connect_refused(VALUE, "path", "/tmp/\ud800")
    server.close()


def test_a_path_object_that_raises():
    class Bad:
        def __fspath__(self):
            raise RuntimeError("no path")

    for call in (pynet.connect, pynet.Server().listen):
        with pytest.raises(RuntimeError):
            call(Bad())


def test_port_and_path_together(tmp_path, echo):
    """connect() takes the path, listen() the port, as in Node."""
    server = pynet.Server(print).listen({"port": 0, "path": str(tmp_path / "s.sock")})
    assert server.address().port > 0
    server.close()
    sock = pynet.connect({"port": echo[1], "host": "127.0.0.1", "path": str(tmp_path / "none.sock")})
    assert Recorder(sock, "error").wait("error")["error"].code == "ENOENT"


@pytest.mark.parametrize("pair", [(), ("127.0.0.1",), (80, "127.0.0.1"), (None, 80), (b"127.0.0.1", 80)], ids=repr)
def test_pairs_that_are_none(pair):
    check_connect_refused(TYPE, "(host, port)", pair)
    check_listen_refused(TYPE, "(host, port)", pair)


def test_a_pair_to_listen_on():
    server = pynet.Server(print).listen(("127.0.0.1", 0))
    address = server.address()
    server.close()
    assert wait_until(lambda: not server.listening)
    again = pynet.Server(print).listen(address)
    assert again.address() == address and address[:2] == ("127.0.0.1", address.port)
    again.close()


def test_a_defaultdict_of_options_is_only_read(server):
    options = collections.defaultdict(lambda: None, port=0, host="127.0.0.1")
    srv = pynet.create_server()
    try:
        srv.listen(options)
        assert dict(options) == {"port": 0, "host": "127.0.0.1"}
    finally:
        srv.close()
