"""BoundSocket: binds at once, is not mistaken for other types, and is freed in every way."""

from __future__ import annotations

import errno
import gc
import ipaddress
import os
import select
import socket
import sys
import threading
import warnings
import weakref
from pathlib import Path

import pytest

import pynet

ADOPTED = "ERR_SOCKET_HANDLE_ADOPTED"


def can_bind(address) -> bool:
    """Whether a socket that does not share the address can bind to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        try:
            other.bind(address[:2])
        except OSError:
            return False
    return True


@pytest.fixture
def bind(kind, tmp_path):
    """A function that makes a BoundSocket of this kind; what is left open is closed."""
    made = []

    def make(**options):
        where = {"host": "127.0.0.1"} if kind == "tcp" else {"path": tmp_path / f"b{len(made)}.sock"}
        made.append(pynet.BoundSocket(where, **options))
        return made[-1]

    yield make
    for bound in made:
        bound.__exit__(None, None, None)


# --- where ---


def test_it_is_bound_to_any_port_of_every_ipv4_address_by_default():
    with pynet.BoundSocket() as bound:
        address = bound.address()
        assert isinstance(address, pynet.AddressInfo)
        assert (address.address, address.family) == ("0.0.0.0", "IPv4") and address.port > 0
        assert not can_bind(address)


def test_ipv6_only_means_any_ipv6_address_and_no_ipv4():
    with pynet.BoundSocket(ipv6_only=True) as bound:
        assert bound.address()[::2] == ("::", "IPv6")
        with socket.socket(fileno=socket.dup(bound.fd())) as copy:
            assert copy.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1


def test_both_families_without_ipv6_only():
    with pynet.BoundSocket(host="::") as bound, socket.socket(fileno=socket.dup(bound.fd())) as copy:
        assert copy.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0


def test_ipv6_only_is_nothing_to_an_ipv4_host():
    with pynet.BoundSocket(host="127.0.0.1", ipv6_only=True) as bound:
        assert bound.address().family == "IPv4"


@pytest.mark.parametrize("host", ["::1", "::1%lo", "::ffff:127.0.0.1"])
def test_ipv6_hosts(host):
    with pynet.BoundSocket(host=host) as bound:
        assert bound.address().address == host.partition("%")[0]


def test_the_port_that_was_asked_for():
    with pynet.BoundSocket(host="127.0.0.1") as first:
        address = first.address()
    with pynet.BoundSocket(host="127.0.0.1", port=str(address.port)) as again:
        assert again.address() == address


@pytest.mark.posix_only("bind() fails where another socket is bound")
def test_two_share_a_port_that_nobody_listens_on():
    with pynet.BoundSocket(host="127.0.0.1") as first, pynet.BoundSocket(first.address()) as second:
        assert second.address() == first.address()


@pytest.mark.parametrize(
    "options",
    [
        {"ipv6Only": True, "host": "::1"},
        {"ipv6_only": True, "host": "::1", "port": None},
        {"host": ipaddress.ip_address("::1"), "unknown": 5},
    ],
)
def test_options_come_as_a_mapping_in_both_spellings_too(options):
    with pynet.BoundSocket(options) as bound:
        assert bound.address().address == "::1"


def test_keywords_win_over_the_mapping_in_both_spellings():
    with pynet.BoundSocket({"host": "127.0.0.1", "ipv6_only": False}, host="::1", ipv6Only=True) as bound:
        assert bound.address().address == "::1"


@pytest.mark.parametrize(
    "address", [("127.0.0.1", 0), pynet.SocketAddress("127.0.0.1"), (ipaddress.ip_address("127.0.0.1"), "0")]
)
def test_an_address_stands_for_the_options(address):
    with pynet.BoundSocket(address) as bound:
        assert bound.address().address == "127.0.0.1"


def test_none_is_as_left_out():
    with pynet.BoundSocket(None, host=None, port=None, ipv6_only=None, reuse_port=None, path=None) as bound:
        assert bound.address().address == "0.0.0.0"


@pytest.mark.posix_only("there is no SO_REUSEPORT")
def test_reuse_port_sets_the_option():
    with pynet.BoundSocket(host="127.0.0.1", reuse_port=True) as first:
        with socket.socket(fileno=socket.dup(first.fd())) as copy:
            assert copy.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 1
        assert can_bind(first.address()) is False


# --- paths ---


@pytest.mark.parametrize("form", [str, os.fsencode, Path])
def test_paths(form, tmp_path):
    path = tmp_path / "b.sock"
    with pynet.BoundSocket(path=form(path)) as bound:
        assert bound.address() == str(path) and bound.is_pipe is True
        assert path.is_socket()
    assert not path.exists()


def test_close_leaves_a_file_alone_that_is_not_the_one_it_bound(tmp_path):
    path = tmp_path / "b.sock"
    bound = pynet.BoundSocket(path=path)
    path.rename(tmp_path / "moved")
    path.write_text("mine")
    bound.close()
    assert path.read_text() == "mine"


def test_close_leaves_a_link_alone_that_leads_to_it(tmp_path):
    path, moved = tmp_path / "b.sock", tmp_path / "moved"
    bound = pynet.BoundSocket(path=path)
    path.rename(moved)
    path.symlink_to(moved)
    bound.close()
    assert path.is_symlink() and moved.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_abstract_names():
    name = f"\0pynet-bound-{os.getpid()}"
    with pynet.BoundSocket(path=name) as bound:
        assert bound.address() == name and bound.is_pipe
        with pytest.raises(pynet.NetError, match="bind EADDRINUSE"):
            pynet.BoundSocket(path=name)
    pynet.BoundSocket(path=name).close()


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_an_empty_path_is_an_abstract_name_of_the_kernels_choice():
    with pynet.BoundSocket(path="") as bound, pynet.BoundSocket(path="") as other:
        assert bound.address().startswith("\0") and len(bound.address()) > 1
        assert bound.address() != other.address()


@pytest.mark.posix_only("there is no BoundSocket(path=)")
@pytest.mark.parametrize(
    ("name", "code"),
    [("x" * 200, "EINVAL"), ("nowhere/b.sock", "ENOENT"), ("file", "EADDRINUSE"), ("a\0b", "EINVAL")],
)
def test_paths_that_cannot_be_bound(name, code, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(pynet.NetError) as caught:
        pynet.BoundSocket(path=f"{tmp_path}/{name}")
    assert (caught.value.syscall, caught.value.address) == ("bind", f"{tmp_path}/{name}")
    assert str(caught.value).startswith(f"bind {code} {tmp_path}/{name}")
    assert (tmp_path / "file").read_text() == "mine"


# --- what cannot be bound ---


@pytest.mark.posix_only("there is no BoundSocket(path=)", only="unix")
def test_a_port_that_somebody_listens_on(server):
    address = server().address()
    if isinstance(address, str):
        with pytest.raises(pynet.NetError, match=f"^bind EADDRINUSE {address}"):
            pynet.BoundSocket(path=address)
        return
    with pytest.raises(pynet.NetError) as caught:
        pynet.BoundSocket(address)
    err = caught.value
    assert str(err) == f"bind EADDRINUSE 127.0.0.1:{address.port}"
    assert (err.code, err.errno, err.syscall) == ("EADDRINUSE", errno.EADDRINUSE, "bind")
    assert (err.address, err.port) == ("127.0.0.1", address.port)


def test_an_address_that_is_not_ours():
    with pytest.raises(pynet.NetError, match=r"^bind EADDRNOTAVAIL 192\.0\.2\.1$"):
        pynet.BoundSocket(host="192.0.2.1")


VALUE, TYPE, PORT = "ERR_INVALID_ARG_VALUE", "ERR_INVALID_ARG_TYPE", "ERR_SOCKET_BAD_PORT"


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        ({"host": ""}, VALUE, "options.host"),
        ({"host": "localhost"}, VALUE, "options.host"),
        ({"host": "127.0.0.1\0"}, VALUE, "options.host"),
        ({"host": "127.1"}, VALUE, "options.host"),
        ({"host": "\udc80"}, VALUE, "options.host"),
        ({"host": 5}, TYPE, "options.host"),
        ({"host": b"127.0.0.1"}, TYPE, "options.host"),
        ({"port": True}, PORT, "options.port"),
        ({"port": -1}, PORT, "options.port"),
        ({"port": 65536}, PORT, "options.port"),
        ({"port": 2**99}, PORT, "options.port"),
        ({"port": float("nan")}, PORT, "options.port"),
        ({"port": 1.5}, PORT, "options.port"),
        ({"port": "80a"}, PORT, "options.port"),
        ({"port": []}, PORT, "options.port"),
        ({"ipv6_only": 1}, TYPE, "options.ipv6Only"),
        ({"reuse_port": "yes"}, TYPE, "options.reuse_port"),
        ({"path": 5}, TYPE, "options.path"),
        ({"path": "\udfff"}, VALUE, "options.path"),
        ({"path": "p", "host": "::1"}, VALUE, "options.path"),
        ({"path": "p", "port": 0}, VALUE, "options.path"),
        ({"path": "p", "ipv6_only": False}, VALUE, "options.path"),
        ({"path": "p", "reuse_port": False}, VALUE, "options.path"),
    ],
)
def test_wrong_options_raise(options, code, named):
    with pytest.raises((TypeError, ValueError)) as caught:
        pynet.BoundSocket(options)
    assert caught.value.code == code and named in str(caught.value)
    assert isinstance(caught.value, TypeError) == (code == TYPE)


@pytest.mark.parametrize("options", [5, "x", [], True, b"x", ("127.0.0.1",), (), (5, 5)])
def test_wrong_things_in_place_of_options(options):
    with pytest.raises(TypeError) as caught:
        pynet.BoundSocket(options)
    assert caught.value.code == TYPE


def test_unknown_keywords_and_doubled_ones():
    with pytest.raises(TypeError, match="did you mean 'reuse_port'"):
        pynet.BoundSocket(reuseport=True)
    with pytest.raises(TypeError, match="multiple values for argument 'host'"):
        pynet.BoundSocket(("127.0.0.1", 0), host="::1")
    with pytest.raises(TypeError, match="at most 1"):
        pynet.BoundSocket("127.0.0.1", 80)


# --- what it says ---


def test_address_is_one_object(bind):
    bound = bind()
    assert bound.address() is bound.address()


def test_fd_and_fileno_are_the_descriptor(bind, kind):
    bound = bind()
    assert bound.fd() == bound.fileno() > 2
    assert select.select([bound], [], [], 0)[1:] == ([], [])
    assert not os.get_inheritable(bound.fd()) and not os.get_blocking(bound.fd())
    with socket.socket(fileno=socket.dup(bound.fd())) as copy:
        assert copy.family == (socket.AF_INET if kind == "tcp" else socket.AF_UNIX)


def test_is_pipe_says_so_for_ever(bind, kind):
    bound = bind()
    assert bound.is_pipe is bound.isPipe is (kind == "unix")
    bound.close()
    assert bound.is_pipe is (kind == "unix")


def test_repr(bind, kind):
    bound = bind()
    where = f"127.0.0.1:{bound.address().port}" if kind == "tcp" else repr(bound.address())
    assert repr(bound) == f"<pynet.BoundSocket {where} fd={bound.fd()}>"
    bound.close()
    assert repr(bound) == "<pynet.BoundSocket closed>"
    with pynet.BoundSocket(host="::1") as v6:
        assert repr(v6) == f"<pynet.BoundSocket [::1]:{v6.address().port} fd={v6.fd()}>"


# --- the end ---


def test_after_close_nothing_can_be_asked(bind):
    bound = bind()
    bound.close()
    for method in (bound.address, bound.fd, bound.fileno, bound.close, bound.__enter__):
        with pytest.raises(pynet.NetError, match="already been adopted") as caught:
            method()
        assert caught.value.code == ADOPTED


@pytest.mark.posix_only("there is no EBADF for a handle", only="tcp")
def test_with_closes_and_never_raises(bind):
    with bind() as bound:
        fd = bound.fd()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
    with bind() as bound:
        bound.close()
    with pytest.raises(ZeroDivisionError), bind():
        raise ZeroDivisionError


def test_close_gives_the_port_back():
    bound = pynet.BoundSocket(host="127.0.0.1")
    address = bound.address()
    assert not can_bind(address)
    bound.close()
    assert can_bind(address)


@pytest.mark.posix_only("os.fstat() takes no sockets", only="tcp")
def test_one_that_is_forgotten_is_closed_with_a_warning(bind, tmp_path, kind):
    path = tmp_path / "forgotten"
    bound = pynet.BoundSocket({"path": path} if kind == "unix" else {"host": "127.0.0.1"})
    shown, fd = repr(bound), bound.fd()
    with pytest.warns(ResourceWarning) as caught:
        del bound
        gc.collect()
    assert str(caught[0].message) == f"unclosed {shown}"
    assert not path.exists()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_one_that_was_closed_goes_without_a_warning(bind):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bound = bind()
        bound.close()
        del bound
        gc.collect()


def test_cycles_are_collected(tmp_path):
    class Mine(pynet.BoundSocket):
        pass

    path = tmp_path / "b.sock"
    bound = Mine(path=path)
    bound.me = bound
    alive = weakref.ref(bound)
    with pytest.warns(ResourceWarning) as caught:
        del bound
        gc.collect()
    assert not path.exists()
    caught.clear()  # the warning has the object as its source
    gc.collect()
    assert alive() is None


def test_a_finalizer_may_keep_it(tmp_path):
    kept = []

    class Mine(pynet.BoundSocket):
        def __del__(self):
            kept.append(self)

    bound = Mine(path=tmp_path / "b.sock")
    del bound
    assert kept[0].address() == str(tmp_path / "b.sock")
    kept[0].close()


def test_many_in_threads_leave_nothing(tmp_path):
    def work(n):
        for i in range(50):
            with pynet.BoundSocket(path=tmp_path / f"{n}-{i}"), pynet.BoundSocket(host="127.0.0.1"):
                pass

    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(tmp_path.iterdir()) == []
    if sys.platform == "linux":
        assert len(os.listdir("/proc/self/fd")) == before


# --- odd uses ---


def test_before_init_it_says_so():
    bound = pynet.BoundSocket.__new__(pynet.BoundSocket)
    assert repr(bound) == "<pynet.BoundSocket not bound>" and bound.is_pipe is False
    for method in (bound.address, bound.fd, bound.close, bound.__enter__):
        with pytest.raises(RuntimeError, match="has not been called"):
            method()
    bound.__exit__(None, None, None)
    bound.__init__(host="127.0.0.1")
    bound.close()


def test_init_works_once(bind):
    bound = bind()
    address = bound.address()
    with pytest.raises(RuntimeError, match="already"):
        bound.__init__()
    assert bound.address() is address


def test_init_may_be_tried_again_when_it_failed():
    bound = pynet.BoundSocket.__new__(pynet.BoundSocket)
    with pytest.raises(pynet.NetError):
        bound.__init__(host="192.0.2.1")
    bound.__init__(host="127.0.0.1")
    bound.close()


def test_init_that_is_called_by_its_own_options(tmp_path):
    class Path:
        def __fspath__(self):
            bound.__init__(host="127.0.0.1")
            return str(tmp_path / "b.sock")

    bound = pynet.BoundSocket.__new__(pynet.BoundSocket)
    with pytest.raises(RuntimeError, match="already"):
        bound.__init__(path=Path())
    assert bound.address().address == "127.0.0.1" and list(tmp_path.iterdir()) == []
    bound.close()


def test_subclasses(bind):
    class Mine(pynet.BoundSocket):
        def __init__(self, name):
            super().__init__(host="127.0.0.1")
            self.name = name

    with Mine("x") as bound:
        assert bound.name == "x" and bound.address().address == "127.0.0.1"


def test_it_needs_no_loop(script):
    done = script(
        """
        import pynet, threading
        with pynet.BoundSocket(host="127.0.0.1") as bound:
            assert bound.address().port > 0
        assert threading.active_count() == 1
        """
    )
    assert (done.returncode, done.stderr) == (0, "")


# --- exit and fork ---


@pytest.mark.parametrize("loop", ["", "pynet.set_timeout(print, 100000)"])
def test_at_exit_the_file_is_unlinked(script, tmp_path, loop):
    path = tmp_path / "b.sock"
    done = script(
        f"""
        import pynet, sys
        {loop}
        bound = pynet.BoundSocket(path={str(path)!r})
        sys.modules["kept"] = bound      # no free address in time
        """
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not path.exists()


def test_after_the_exit_functions_nothing_is_bound(script):
    done = script(
        """
        import atexit
        kept = []
        def late():
            import pynet
            for use in (pynet.BoundSocket, kept[0].address, kept[0].close):
                try:
                    use()
                except pynet.NetError as err:
                    print(err.code)
        atexit.register(late)
        import pynet
        kept.append(pynet.BoundSocket(host="127.0.0.1"))
        """
    )
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["ERR_LOOP_CLOSED"] * 3, "")


CHILD = """
import os, sys, socket, warnings, gc
import pynet
warnings.simplefilter("error")
path = sys.argv[1]
kept = [pynet.BoundSocket(host="127.0.0.1"), pynet.BoundSocket(path=path)]
address = kept[0].address()
ask, answer = os.pipe(), os.pipe()
pid = os.fork()
if pid == 0:
    os.close(ask[1])
    os.close(answer[0])
    codes = set()
    for bound in kept:
        for use in (bound.address, bound.fd, bound.close):
            try:
                use()
            except pynet.NetError as err:
                codes.add(err.code)
        bound.__exit__(None, None, None)
    with pynet.BoundSocket(host="127.0.0.1") as mine:
        assert mine.address().port != address.port
    os.write(answer[1], ",".join(sorted(codes)).encode())
    os.read(ask[0], 1)          # until the parent has closed its own
    del bound, use
    kept.clear()
    gc.collect()
    os._exit(0)
os.close(answer[1])
print(os.read(answer[0], 100).decode())
assert os.path.exists(path)
kept[0].close()
with socket.socket() as other:
    other.bind(address[:2])     # no SO_REUSEADDR: no other socket has it
    other.listen()
print("free")
kept[1].close()
os.close(ask[1])
print(os.waitpid(pid, 0)[1], os.path.exists(path))
"""


def test_the_child_of_a_fork_has_nothing_of_it(script, tmp_path):
    done = script(CHILD, str(tmp_path / "b.sock"))
    assert done.stderr == ""
    assert done.stdout.split("\n")[:3] == ["ERR_FORKED", "free", "0 False"]


def test_a_child_that_leaves_first_does_not_unlink(script, tmp_path):
    done = script(
        """
        import os, sys, pynet
        bound = pynet.BoundSocket(path=sys.argv[1])
        pid = os.fork()
        if pid == 0:
            sys.exit(0)
        os.waitpid(pid, 0)
        print(os.path.exists(sys.argv[1]), bound.address() == sys.argv[1])
        bound.close()
        """,
        str(tmp_path / "b.sock"),
    )
    assert (done.stdout.split(), done.stderr) == (["True", "True"], "")
