"""Wrong arguments of the rest: defaults, abort signals, bound sockets, pynet.aio, inherited descriptors, isIP."""

from __future__ import annotations

import asyncio
import os
import types

import pytest

import pynet
import pynet.aio
from bad_values import (
    MISSING,
    PORT,
    TYPE,
    VALUE,
    VALUES,
    Str,
    all_refused,
    boolean,
    camel,
    function,
    is_number,
    number,
    one_of,
    refused,
    text,
)
from helpers import open_descriptors

HOST = "127.0.0.1"

# --- process-wide defaults ---

DEFAULTS = {
    "auto_select_family": (lambda value: TYPE if value is None else boolean(value), [False, True]),
    "auto_select_family_attempt_timeout": (number(1, 2**31 - 1, integer=True, none=TYPE), [10, 300, 2**31 - 1]),
    "happy_eyeballs": (
        lambda value: (VALUE, TYPE) if value is None else one_of("race", "serial")(value),
        ["serial", "race"],
    ),
}


def getter_and_setter(name):
    return getattr(pynet, f"get_default_{name}"), getattr(pynet, f"set_default_{name}")


@pytest.fixture
def kept():
    """The defaults are what they were when the test is over."""
    before = {name: getter_and_setter(name)[0]() for name in DEFAULTS}
    yield before
    for name, value in before.items():
        getter_and_setter(name)[1](value)


@pytest.mark.parametrize("name", DEFAULTS)
def test_wrong_default(kept, name):
    get, put = getter_and_setter(name)

    def check(value, code):
        refused(code, (name, "value"), put, value)
        assert get() == kept[name]

    all_refused(DEFAULTS[name][0], check)


@pytest.mark.parametrize("name", DEFAULTS)
def test_good_default(kept, name):
    get, put = getter_and_setter(name)
    for value in DEFAULTS[name][1]:
        assert put(value) is None
        assert get() == value and type(get()) is type(value)


@pytest.mark.parametrize("given", [1, 5, 9, 9.0])
def test_attempt_timeouts_have_a_minimum(kept, given):
    pynet.set_default_auto_select_family_attempt_timeout(given)
    assert pynet.get_default_auto_select_family_attempt_timeout() == 10


@pytest.mark.parametrize("name", DEFAULTS)
def test_counts_of_the_defaults(kept, name):
    get, put = getter_and_setter(name)
    for call in (lambda: get(1), lambda: put(), lambda: put(kept[name], 1), lambda: get(nonsense=1)):
        with pytest.raises(TypeError):
            call()
    assert get() == kept[name]


@pytest.mark.parametrize("name", DEFAULTS)
def test_node_s_names_are_the_same_functions(name):
    for verb in ("get", "set"):
        known = getattr(pynet, f"{verb}_default_{name}")
        assert getattr(pynet, camel(f"{verb}_default_{name}")) is known


def test_the_first_defaults(script):
    done = script(
        """
        import pynet
        print(pynet.get_default_auto_select_family(), pynet.get_default_auto_select_family_attempt_timeout(),
              pynet.get_default_happy_eyeballs())
        """
    )
    assert (done.stdout, done.stderr) == ("True 250 race\n", "")


SHOW = """
    import pynet
    print(pynet.get_default_auto_select_family(), pynet.get_default_auto_select_family_attempt_timeout())
"""


@pytest.mark.parametrize(("value", "on"), [("1", False), ("yes", False), ("0", True), ("", True), ("00", False)])
def test_the_family_switch_of_the_environment(script, value, on):
    done = script(SHOW, env={**os.environ, "PYNET_NO_NETWORK_FAMILY_AUTOSELECTION": value})
    assert (done.stdout, done.stderr) == (f"{on} 250\n", "")


@pytest.mark.parametrize(("value", "ms"), [("300", 300), ("10", 10), ("5", 10), ("2147483647", 2147483647)])
def test_the_attempt_timeout_of_the_environment(script, value, ms):
    done = script(SHOW, env={**os.environ, "PYNET_NETWORK_FAMILY_AUTOSELECTION_ATTEMPT_TIMEOUT": value})
    assert (done.stdout, done.stderr) == (f"True {ms}\n", "")


@pytest.mark.parametrize("value", ["abc", "-1", "0", "1.5", "10ms", "9" * 30, "nan"])
def test_a_wrong_attempt_timeout_in_the_environment(script, value):
    """A warning that names it, and it counts as not there."""
    name = "PYNET_NETWORK_FAMILY_AUTOSELECTION_ATTEMPT_TIMEOUT"
    done = script(SHOW, env={**os.environ, name: value})
    assert done.stdout == "True 250\n"
    assert "Warning" in done.stderr and name in done.stderr and "Traceback" not in done.stderr


# --- abort signals ---


def test_signals_are_not_constructible():
    for call in (pynet.AbortSignal, lambda: pynet.AbortSignal(5), lambda: pynet.AbortSignal(aborted=True)):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(TypeError):
        pynet.AbortController(5)


@pytest.mark.parametrize("name", ["aborted", "reason"])
def test_signals_are_read_only(name):
    signal = pynet.AbortController().signal
    with pytest.raises(AttributeError):
        setattr(signal, name, True)
    assert (signal.aborted, signal.reason) == (False, None)


def test_the_signal_of_a_controller_is_read_only():
    controller = pynet.AbortController()
    signal = controller.signal
    with pytest.raises(AttributeError):
        controller.signal = pynet.AbortController().signal
    assert controller.signal is signal


def test_wrong_signal_timeouts():
    def check(value, code):
        refused(code, ("ms", "delay"), pynet.AbortSignal.timeout, value)

    all_refused(number(0, 2**32 - 1, integer=True, none=TYPE), check)
    for args in [(), (1, 2)]:
        with pytest.raises(TypeError):
            pynet.AbortSignal.timeout(*args)


@pytest.mark.parametrize(
    "signals",
    [None, 5, True, 1.5, object(), "x", b"x", [5], [None], ["x"], {1: 2}, [pynet.AbortController()], function],
    ids=lambda v: type(v).__name__,
)
def test_wrong_signals_for_any(signals):
    refused(TYPE, "signals", pynet.AbortSignal.any, signals)
    good = pynet.AbortController()
    if isinstance(signals, list):
        refused(TYPE, "signals", pynet.AbortSignal.any, [good.signal, *signals])
        good.abort()
        refused(TYPE, "signals", pynet.AbortSignal.any, [good.signal, *signals])


def test_any_of_what_raises():
    def broken():
        yield pynet.AbortController().signal
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        pynet.AbortSignal.any(broken())


def test_wrong_abort_listeners():
    """Nothing is added: the good listener alone is called."""
    controller, seen = pynet.AbortController(), []
    controller.signal.add_event_listener("abort", seen.append)

    def listener(value):
        return None if callable(value) and value is not VALUES["coroutine function"] else TYPE

    def check(value, code):
        refused(code, "listener", controller.signal.add_event_listener, "abort", value)

    all_refused(lambda value: None if value is None else listener(value), check)

    def check_name(value, code):
        refused(code, "type", controller.signal.add_event_listener, value, print)

    all_refused(text, check_name)
    for args in [(), ("abort",)]:
        with pytest.raises(TypeError):
            controller.signal.add_event_listener(*args)
    controller.abort()
    assert len(seen) == 1


@pytest.mark.parametrize("value", [5, "x", [], VALUES["coroutine function"]], ids=lambda v: type(v).__name__)
def test_a_wrong_onabort(value):
    controller, seen = pynet.AbortController(), []
    controller.signal.onabort = seen.append
    refused(TYPE, ("onabort", "listener"), setattr, controller.signal, "onabort", value)
    controller.abort()
    assert len(seen) == 1, "the one that was there"


@pytest.mark.parametrize("label", VALUES)
def test_every_value_is_a_reason(label):
    value = VALUES[label]
    for signal in (pynet.AbortSignal.abort(value), abort_with(value)):
        assert signal.aborted
        if value is None:
            assert isinstance(signal.reason, pynet.AbortError)
        else:
            assert signal.reason is value
        with pytest.raises(type(value) if isinstance(value, Exception) else pynet.AbortError):
            signal.throw_if_aborted()


def abort_with(value):
    controller = pynet.AbortController()
    controller.abort(value)
    return controller.signal


def test_signals_of_others_are_no_signals():
    """What looks like a signal is none: asyncio's and threading's events, a mapping, a class."""
    import threading

    for fake in (asyncio.Event(), threading.Event(), types.SimpleNamespace(aborted=True), pynet.AbortSignal):
        refused(TYPE, "signal", pynet.Socket, signal=fake)
        refused(TYPE, "signal", pynet.Server().listen, 0, signal=fake)
        refused(TYPE, "signal", pynet.connect, 80, HOST, signal=fake)
    refused(TYPE, "signal", pynet.Socket, signal=pynet.AbortController())


# --- bound sockets ---


def bound_port(value):
    """As any port: numbers and numeric texts; Node says bad port to every other type as well."""
    if value is None or isinstance(value, Str) or value in ("1", 0, 1) and not isinstance(value, (bool, bytes)):
        return None
    return PORT if is_number(value) or isinstance(value, str) else (PORT, TYPE)


def bound_host(value):
    return None if value is None else VALUE if isinstance(value, str) else TYPE


BOUND = {"host": bound_host, "port": bound_port, "ipv6_only": boolean, "reuse_port": boolean}


@pytest.mark.parametrize("name", BOUND)
def test_wrong_bound_socket(name):
    before = open_descriptors()

    def check(value, code):
        for args, options in [((), {name: value}), (({name: value},), {}), (({camel(name): value},), {})]:
            refused(code, (name, "Port" if name == "port" else name), pynet.BoundSocket, *args, **options)

    all_refused(BOUND[name], check)
    assert open_descriptors() == before, "nothing is left open"


@pytest.mark.parametrize(
    "host", ["localhost", "", "256.1.1.1", "1.2.3", "[::1]", "::1 ", "127.0.0.1\0", "\ud800"], ids=repr
)
def test_a_bound_socket_looks_up_no_names(host):
    refused(VALUE, "host", pynet.BoundSocket, host=host)
    refused(VALUE, "host", pynet.BoundSocket, {"host": host, "port": 0})


@pytest.mark.parametrize(
    "options", [{"port": 0}, {"host": HOST}, {"ipv6_only": True}, {"reuse_port": True}, {"ipv6Only": False}], ids=repr
)
def test_a_bound_path_excludes_the_rest(tmp_path, options):
    path = tmp_path / "s.sock"
    refused(VALUE, "path", pynet.BoundSocket, path=path, **options)
    refused(VALUE, "path", pynet.BoundSocket, {"path": path, **options})
    assert not path.exists()


@pytest.mark.parametrize("path", [5, True, [], {}, object(), bytearray(b"x")], ids=lambda v: type(v).__name__)
def test_wrong_bound_paths(path):
    refused(TYPE, "path", pynet.BoundSocket, path=path)


@pytest.mark.parametrize("value", [5, "x", True, [], object()], ids=lambda v: type(v).__name__)
def test_wrong_bound_options(value):
    refused(TYPE, "options", pynet.BoundSocket, value)


def test_an_unknown_keyword_of_a_bound_socket():
    with pytest.raises(TypeError, match=r"'ipv6only'.*'ipv6_only'"):
        pynet.BoundSocket(ipv6only=True)


def test_bind_errors_are_raised(tmp_path):
    """The system's refusal is raised at once, as a NetError of the call `bind`."""
    srv = pynet.Server().listen(0, HOST)
    with pytest.raises(pynet.NetError) as info:
        pynet.BoundSocket(host=HOST, port=srv.address().port)
    assert (info.value.code, info.value.syscall) == ("EADDRINUSE", "bind")
    assert (info.value.address, info.value.port) == (HOST, srv.address().port)
    srv.close()
    with pytest.raises(pynet.NetError) as info:
        pynet.BoundSocket(host="192.0.2.1")
    assert (info.value.code, info.value.syscall) == ("EADDRNOTAVAIL", "bind")
    for path in (tmp_path / "no" / "s", tmp_path / ("x" * 120)):
        with pytest.raises(pynet.NetError) as info:
            pynet.BoundSocket(path=path)
        assert info.value.syscall == "bind" and info.value.code in ("EACCES", "ENOENT", "EINVAL")


@pytest.mark.parametrize("how", ["closed", "a server's", "a socket's"])
def test_a_bound_socket_that_has_gone(how):
    bound = pynet.BoundSocket(host=HOST)
    owner = None
    if how == "closed":
        bound.close()
    else:
        owner = pynet.Server().listen(bound) if how == "a server's" else pynet.Socket(handle=bound)
    for method in (bound.address, bound.fd, bound.fileno, bound.close):
        with pytest.raises(pynet.NetError) as info:
            method()
        assert info.value.code == "ERR_SOCKET_HANDLE_ADOPTED"
    bound.__exit__(None, None, None)  # leaving a block never raises
    if owner is not None:
        owner.close() if how == "a server's" else owner.destroy()


@pytest.mark.parametrize("name", ["address", "fd", "fileno", "close"])
def test_methods_of_a_bound_socket_take_none(name):
    with pynet.BoundSocket(host=HOST) as bound:
        for args, kwargs in [((1,), {}), ((None,), {}), ((), {"nonsense": 1})]:
            with pytest.raises(TypeError):
                getattr(bound, name)(*args, **kwargs)
        assert bound.address().port > 0
    with pytest.raises(AttributeError):
        bound.is_pipe = True


# --- awaitables ---


def awaited(call):
    async def main():
        return await call()

    return asyncio.run(main())


CONNECT = [
    ((), {}, MISSING, "port"),
    (({},), {}, MISSING, "port"),
    ((-1,), {}, PORT, "Port"),
    ((True,), {}, TYPE, "port"),
    ((80, 5), {}, TYPE, "host"),
    ((80, "a\0b"), {}, VALUE, "host"),
    ((80, HOST), {"family": 5}, VALUE, "family"),
    ((80, HOST), {"auto_select_family": 1}, TYPE, "auto_select_family"),
    ((80, HOST), {"signal": 5}, TYPE, "signal"),
    ((80, HOST), {"block_list": 5}, TYPE, "block_list"),
    (({"path": 5},), {}, TYPE, "path"),
]


@pytest.mark.parametrize(("args", "options", "code", "name"), CONNECT, ids=repr)
def test_wrong_arguments_of_aio_connect(args, options, code, name):
    before = pynet._pynet._counts()["streams"]
    refused(code, name, awaited, lambda: pynet.aio.connect(*args, **options))
    assert pynet._pynet._counts()["streams"] == before


LISTEN = [
    ((-1,), {}, PORT, "port"),
    (({},), {}, (VALUE, TYPE), ""),
    (({"port": 0, "host": 5},), {}, TYPE, "host"),
    ((0,), {"backlog": "x"}, TYPE, "backlog"),
    ((0,), {"signal": 5}, TYPE, "signal"),
    (({"path": 5},), {}, TYPE, "path"),
]


@pytest.mark.parametrize(("args", "options", "code", "name"), LISTEN, ids=repr)
def test_wrong_arguments_of_aio_listen(args, options, code, name):
    before = pynet._pynet._counts()["listeners"]
    refused(code, name, awaited, lambda: pynet.aio.listen(*args, **options))
    assert pynet._pynet._counts()["listeners"] == before


def test_aio_connect_fails_with_the_error_of_the_socket(tmp_path):
    with pytest.raises(FileNotFoundError) as info:
        awaited(lambda: pynet.aio.connect(path=tmp_path / "none"))
    assert (info.value.code, info.value.syscall) == ("ENOENT", "connect")
    with pytest.raises(pynet.NetError) as info:
        awaited(lambda: pynet.aio.listen(path=tmp_path / "no" / "s"))
    assert info.value.syscall == "listen"


def test_promises_is_aio():
    assert pynet.promises is pynet.aio


# --- inherited descriptors ---


@pytest.mark.parametrize("name", [5, True, [], object(), b"x"], ids=lambda v: type(v).__name__)
def test_wrong_names_of_inherited_descriptors(monkeypatch, name):
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    monkeypatch.setenv("LISTEN_FDS", "0")
    refused(TYPE, "name", pynet.systemd_listen_fds, name)
    assert os.environ["LISTEN_FDS"] == "0", "the environment is not changed"


@pytest.mark.parametrize(
    ("pid", "count"),
    [(None, None), ("own", None), (None, "1"), ("other", "1"), ("own", "x"), ("own", "-1"), ("own", ""), ("x", "1")]
    + [("own", "9" * 30), ("own", "1.5"), ("", "1"), ("own", "0")],
    ids=repr,
)
def test_an_environment_that_is_not_ours_gives_none(monkeypatch, pid, count):
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        monkeypatch.delenv(name, raising=False)
    if pid is not None:
        monkeypatch.setenv("LISTEN_PID", {"own": str(os.getpid()), "other": "1"}.get(pid, pid))
    if count is not None:
        monkeypatch.setenv("LISTEN_FDS", count)
    assert pynet.systemd_listen_fds() == []
    assert pynet.systemd_listen_fds("web") == []


# --- addresses ---


@pytest.mark.parametrize("function", [pynet.is_ip, pynet.is_ipv4, pynet.is_ipv6])
def test_is_ip_never_raises_for_a_value(function):
    for label, value in VALUES.items():
        assert not function(value), label
    with pytest.raises(TypeError):
        function()
    with pytest.raises(TypeError):
        function("::1", 4)
