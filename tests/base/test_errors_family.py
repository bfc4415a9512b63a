"""NetError and its family: kinds, attributes, text, pickling; the errors that really happen."""

from __future__ import annotations

import copy
import errno
import os
import pickle
import shutil
import socket
import subprocess
import sys

import pytest

import pynet
from helpers import Recorder, peer_text, run_script

KINDS = {
    "NetConnectionRefusedError": ConnectionRefusedError,
    "NetConnectionResetError": ConnectionResetError,
    "NetConnectionAbortedError": ConnectionAbortedError,
    "NetBrokenPipeError": BrokenPipeError,
    "NetTimeoutError": TimeoutError,
    "NetFileNotFoundError": FileNotFoundError,
    "NetFileExistsError": FileExistsError,
    "NetPermissionError": PermissionError,
    "NetBlockingIOError": BlockingIOError,
    "NetIsADirectoryError": IsADirectoryError,
    "NetNotADirectoryError": NotADirectoryError,
    "NetLookupError": socket.gaierror,
    "AbortError": pynet.NetError,
    "AggregateError": pynet.NetError,
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_also_the_builtin(name):
    kind = getattr(pynet, name)
    assert issubclass(kind, pynet.NetError) and issubclass(kind, KINDS[name]) and issubclass(kind, OSError)
    assert (kind.__module__, kind.__qualname__) == ("pynet", name)


@pytest.mark.parametrize("name", ["NetError", *KINDS])
def test_made_by_hand(name):
    kind = getattr(pynet, name)
    error = kind(errno.ECONNREFUSED, "connect ECONNREFUSED")
    assert type(error) is kind
    assert (error.errno, error.strerror, str(error)) == (errno.ECONNREFUSED, "connect ECONNREFUSED") + (
        "connect ECONNREFUSED",
    )
    assert error.code == ("ABORT_ERR" if name == "AbortError" else None)
    assert (error.syscall, error.address, error.port, error.hostname) == (None,) * 4
    assert str(kind("only a text")) == "only a text"
    assert str(kind()) == ""


def test_attributes_may_be_set():
    error = pynet.NetError("text")
    error.code = "EMINE"
    error.add_note("a note")
    assert error.code == "EMINE" and pynet.NetError.code is None


def test_subclasses():
    class Mine(pynet.NetError):
        code = "EMINE"

    error = Mine("text")
    assert (error.code, str(error)) == ("EMINE", "text")


# --- errors that happen ---


@pytest.fixture
def closed_port():
    """A port of 127.0.0.1 that refuses connections: bound, and kept so, but not listening."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def error_of(*args, **kwargs):
    sock = pynet.connect(*args, **kwargs)
    log = Recorder(sock, "error", "close").wait("close")
    assert log.names == ["error", "close"] and log["close"] is True
    assert sock.errored is log["error"]
    return log["error"]


def same(one, other):
    names = ("code", "errno", "syscall", "address", "port", "hostname", "args")
    return type(one) is type(other) and all(getattr(one, n) == getattr(other, n) for n in names)


def check_copies(error):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert same(error, pickle.loads(pickle.dumps(error, protocol)))
    for twin in (copy.copy(error), copy.deepcopy(error)):
        assert same(error, twin) and str(twin) == str(error)


def test_refused(closed_port):
    error = error_of(closed_port, "127.0.0.1")
    assert type(error) is pynet.NetConnectionRefusedError and isinstance(error, ConnectionRefusedError)
    assert str(error) == f"connect ECONNREFUSED 127.0.0.1:{closed_port}"
    assert (error.code, error.errno, error.syscall) == ("ECONNREFUSED", errno.ECONNREFUSED, "connect")
    assert (error.address, error.port, error.hostname) == ("127.0.0.1", closed_port, None)
    check_copies(error)


def test_a_path_that_is_not_there(tmp_path):
    path = str(tmp_path / "none.sock")
    error = error_of(path)
    assert type(error) is pynet.NetFileNotFoundError and isinstance(error, FileNotFoundError)
    assert str(error) == f"connect ENOENT {path}"
    assert (error.code, error.errno, error.syscall) == ("ENOENT", errno.ENOENT, "connect")
    assert (error.address, error.port) == (path, None)
    check_copies(error)


@pytest.mark.posix_only("a path is the name of a pipe")
def test_a_path_that_is_no_socket(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    error = error_of(path)
    assert isinstance(error, ConnectionRefusedError) and str(error) == f"connect ECONNREFUSED {path}"


@pytest.mark.posix_only("a path is the name of a pipe")
def test_a_path_through_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    error = error_of(tmp_path / "file" / "s.sock")
    assert isinstance(error, NotADirectoryError) and error.code == "ENOTDIR"


@pytest.mark.posix_only("a path is the name of a pipe")
@pytest.mark.parametrize("path", ["a\0b", "x" * 108, "x" * 5000])
def test_a_path_that_cannot_be(path):
    error = error_of({"path": path})
    assert (error.code, error.errno, error.syscall) == ("EINVAL", errno.EINVAL, "connect")
    server = pynet.Server()
    log = Recorder(server, "error")
    server.listen({"path": path})
    log.wait("error")
    assert (log["error"].code, log["error"].syscall) == ("EINVAL", "listen")


def test_a_name_that_does_not_exist():
    error = error_of(80, "name.invalid")
    assert type(error) is pynet.NetLookupError and isinstance(error, socket.gaierror)
    assert error.code in ("ENOTFOUND", "EAI_AGAIN")  # without a network the answer is "try again"
    assert str(error) == f"getaddrinfo {error.code} name.invalid"
    assert error.errno in (socket.EAI_NONAME, socket.EAI_AGAIN, getattr(socket, "EAI_NODATA", 0))
    assert (error.syscall, error.hostname, error.address, error.port) == ("getaddrinfo", "name.invalid", None, None)
    check_copies(error)


def test_an_address_in_use():
    first, second = pynet.Server(), pynet.Server()
    first.on("connection", print).listen(0, "127.0.0.1")
    port = first.address().port
    log = Recorder(second, "error")
    second.listen(port, "127.0.0.1")
    error = log.wait("error")["error"]
    first.close()
    assert str(error) == f"listen EADDRINUSE: address already in use 127.0.0.1:{port}"
    assert (error.code, error.errno, error.syscall) == ("EADDRINUSE", errno.EADDRINUSE, "listen")
    assert (error.address, error.port) == ("127.0.0.1", port)
    assert not second.listening and second.address() is None
    check_copies(error)


def test_an_address_that_is_not_ours():
    server = pynet.Server()
    log = Recorder(server, "error")
    server.listen(0, "192.0.2.1")
    error = log.wait("error")["error"]
    assert str(error) == "listen EADDRNOTAVAIL: address not available 192.0.2.1"
    assert (error.code, error.address, error.port) == ("EADDRNOTAVAIL", "192.0.2.1", None)


@pytest.mark.wine_fault("a second server may listen at the name of a pipe")
def test_a_path_in_use(tmp_path):
    path = str(tmp_path / "s.sock")
    (tmp_path / "s.sock").write_text("a file")
    server = pynet.Server()
    log = Recorder(server, "error")
    server.listen(path)
    error = log.wait("error")["error"]
    assert str(error) == f"listen EADDRINUSE: address already in use {path}"
    assert (error.address, error.port) == (path, -1)
    assert (tmp_path / "s.sock").read_text() == "a file"


@pytest.mark.posix_only("a path is the name of a pipe")
def test_a_missing_directory(tmp_path):
    path = str(tmp_path / "missing" / "s.sock")
    server = pynet.Server()
    log = Recorder(server, "error")
    server.listen(path)
    error = log.wait("error")["error"]
    folder = tmp_path / "missing"
    assert str(error) == f"listen ENOENT: no such file or directory {path} (the folder {folder} does not exist)"
    assert isinstance(error, FileNotFoundError) and (error.code, error.port) == ("ENOENT", -1)
    assert (error.errno, error.address) == (errno.ENOENT, path)


@pytest.mark.posix_only("a path is the name of a pipe")
@pytest.mark.parametrize("call", [pynet.connect, lambda path: pynet.BoundSocket(path=path)])
def test_a_missing_directory_in_other_calls(tmp_path, call):
    path = str(tmp_path / "missing" / "s.sock")
    with pytest.raises(FileNotFoundError, match=r"\(the folder .*/missing does not exist\)$") as caught:
        call(path).wait("connect")
    assert (caught.value.code, caught.value.address) == ("ENOENT", path)


def test_a_file_that_is_missing_in_its_directory(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        pynet.connect(tmp_path / "s.sock").wait("connect")
    assert str(caught.value) == f"connect ENOENT {tmp_path / 's.sock'}"


def long_path_error(call, path):
    with pytest.raises(pynet.NetError) as caught:
        call(path)
    return str(caught.value)


@pytest.mark.posix_only("a path is the name of a pipe")
@pytest.mark.parametrize(
    "call",
    [
        lambda path: pynet.connect(path=path).wait("connect"),
        lambda path: pynet.Server().listen(path=path).wait("listening"),
        lambda path: pynet.BoundSocket(path=path),
    ],
    ids=["connect", "listen", "BoundSocket"],
)
def test_what_is_wrong_with_a_path(call):
    limit = 103 if sys.platform == "darwin" else 107
    bytes_too_many = "é" * 60
    text = long_path_error(call, bytes_too_many)
    assert text.endswith(f"{bytes_too_many} (the path has 120 bytes, at most {limit} are possible)")
    assert long_path_error(call, "/a\0b").endswith("(the path contains a null byte)")


@pytest.mark.parametrize("kind", ["tcp"])  # a unix socket has no reset
def test_a_reset_connection(pair, kind):
    p = pair()
    log = Recorder(p.client, "error", "close")
    raw = socket.socket(fileno=socket.dup(p.peer.fileno()))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    p.peer.destroy()
    Recorder(p.peer, "close").wait("close")
    raw.close()
    log.wait("close")
    error = log["error"]
    assert type(error) is pynet.NetConnectionResetError and isinstance(error, ConnectionResetError)
    assert (str(error), error.code, error.errno) == (
        f"read ECONNRESET {peer_text(p.client)}",
        "ECONNRESET",
        errno.ECONNRESET,
    )
    assert (error.syscall, error.address, error.port) == ("read", *p.server.address()[:2])
    check_copies(error)


def test_errors_with_a_code_and_no_number():
    server = pynet.Server()
    server.on("connection", print).listen(0, "127.0.0.1")
    with pytest.raises(pynet.NetError) as info:
        server.listen(0, "127.0.0.1")
    server.close()
    error = info.value
    assert (error.code, error.errno) == ("ERR_SERVER_ALREADY_LISTEN", None)
    assert str(error) == "Listen method has been called more than once without closing."
    check_copies(error)


def test_an_argument_error_keeps_its_code_in_a_pickle():
    with pytest.raises(ValueError) as info:
        pynet.connect(65536)
    twin = pickle.loads(pickle.dumps(info.value))
    assert (twin.code, str(twin)) == ("ERR_SOCKET_BAD_PORT", str(info.value))
    assert type(info.value) is ValueError


# --- several addresses ---

TWO_ADDRESSES = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
/* "two.test" has the addresses 127.0.0.1 and 127.0.0.2. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node == NULL || strcmp(node, "two.test") != 0)
        return real(node, service, hints, out);
    int status = real("127.0.0.1", service, hints, out);
    if (status != 0)
        return status;
    struct addrinfo *last = *out;
    while (last->ai_next != NULL)
        last = last->ai_next;
    return real("127.0.0.2", service, hints, &last->ai_next);
}
"""

REFUSED = """
import pickle, pynet, socket
bound = socket.socket()
bound.bind(("127.0.0.1", 0))
port = bound.getsockname()[1]
log = []
def main():
    sock = pynet.connect(port, "two.test")
    sock.on("lookup", lambda err, address, family, host: log.append((address, family, host)))
    sock.on("connectionAttempt", lambda *args: log.append(args))
    sock.on("error", log.append)
    sock.on("close", log.append)
pynet.run(main)
*before, error, had_error = log
assert had_error is True, log
assert before == [("127.0.0.1", 4, "two.test"), ("127.0.0.2", 4, "two.test"),
                  ("127.0.0.1", port, 4), ("127.0.0.2", port, 4)], before
try:
    raise error
except ConnectionRefusedError as caught:
    assert caught is error
assert isinstance(error, pynet.AggregateError) and isinstance(error, pynet.NetError)
text = f"connect ECONNREFUSED 127.0.0.1:{port}, 127.0.0.2:{port} (all 2 addresses failed)"
assert (str(error), error.strerror, error.code, error.errno) == (text, text, "ECONNREFUSED", 111)
assert [str(e) for e in error.errors] == [f"connect ECONNREFUSED 127.0.0.{n}:{port}" for n in (1, 2)]
assert isinstance(error.__cause__, ExceptionGroup) and list(error.__cause__.exceptions) == error.errors
assert type(error).__name__ == "AggregateError" and type(error).__module__ == "pynet"
print("ok")
"""

PICKLED = """
twin = pickle.loads(pickle.dumps(error))
assert isinstance(twin, pynet.AggregateError) and isinstance(twin, ConnectionRefusedError)
assert (twin.code, str(twin)) == (error.code, str(error))
assert [str(e) for e in twin.errors] == [str(e) for e in error.errors]
"""


@pytest.fixture(scope="module")
def two_addresses(tmp_path_factory):
    """An environment in which the name two.test has two addresses."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler and LD_PRELOAD")
    folder = tmp_path_factory.mktemp("preload")
    (folder / "two.c").write_text(TWO_ADDRESSES)
    library = str(folder / "two.so")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, str(folder / "two.c"), "-ldl"], check=True)
    others = os.environ.get("LD_PRELOAD", "")
    return {**os.environ, "LD_PRELOAD": f"{others}:{library}" if others else library}


def test_all_addresses_of_a_name_refuse(two_addresses):
    result = run_script(REFUSED, env=two_addresses)
    assert result.stdout == "ok\n", result.stderr


def test_an_aggregate_error_is_pickled(two_addresses):
    result = run_script(REFUSED + PICKLED, env=two_addresses)
    assert result.returncode == 0, result.stderr
