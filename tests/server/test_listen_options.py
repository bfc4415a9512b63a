"""Options of Server.listen(): ipv6_only, reuse_port, readable_all, writable_all, exclusive; hosts; without IPv6."""

import ctypes
import os
import shutil
import socket
import stat
import struct
import subprocess
import sys
import textwrap
import threading

import pytest

import isolated
import pynet
from helpers import Recorder, read_option, wait_until
from system_calls import CALLS, REFUSE, needs_filter

HOST = "127.0.0.1"
IN_ATTRIB, IN_CREATE = 0x4, 0x100  # inotify(7)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the mode is set by a child process on Linux only")


@pytest.fixture
def make():
    """make(on_connection=None): a server, closed in the end."""
    made = []

    def server(on_connection=None):
        srv = pynet.create_server(on_connection or (lambda sock: sock.on("error", lambda err: None).end(b"hi")))
        made.append(srv)
        return srv

    yield server
    for srv in made:
        srv.close()


def listen(srv, *args, **options):
    """The events until it listens or fails."""
    log = Recorder(srv, "listening", "error")
    srv.listen(*args, **options)
    log.wait_for(lambda: log.names)
    return log


# --- both families, or one ---


@pytest.mark.parametrize("host", [None, "::"])
def test_ipv6_only(make, host):
    srv = make()
    assert listen(srv, 0, host, ipv6_only=True).names == ["listening"]
    assert srv.address()[::2] == ("::", "IPv6")
    assert read_option(srv, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1
    port = srv.address().port
    with socket.create_connection(("::1", port), timeout=5) as client:
        assert client.recv(10) == b"hi"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port), timeout=5)


def test_both_families_by_default(make):
    srv = make().listen({"port": 0, "ipv6Only": False})
    assert read_option(srv, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0
    for host in (HOST, "::1"):
        with socket.create_connection((host, srv.address().port), timeout=5) as client:
            assert client.recv(10) == b"hi"


def test_ipv6_only_with_an_ipv4_host_changes_nothing(make):
    srv = make()
    assert listen(srv, 0, "0.0.0.0", ipv6_only=True).names == ["listening"]
    assert srv.address()[::2] == ("0.0.0.0", "IPv4")


def test_two_servers_share_a_port_by_family(make):
    six = make().listen(0, ipv6_only=True)
    four = make()
    assert listen(four, six.address().port, "0.0.0.0").names == ["listening"]


@pytest.mark.posix_only("there is no SO_REUSEPORT")
def test_the_options_hold_for_a_name_as_well(make):
    srv = make()
    assert listen(srv, 0, "localhost", reuse_port=True).names == ["listening"]
    assert read_option(srv, socket.SOL_SOCKET, socket.SO_REUSEPORT) == 1


def test_a_zone_is_taken(make):
    srv = make()
    assert listen(srv, 0, "::1%lo" if sys.platform == "linux" else "::1%lo0").names == ["listening"]
    assert srv.address()[::2] == ("::1", "IPv6")


@pytest.mark.skipif(sys.platform != "linux", reason="the loopback is called lo")
def test_a_zone_is_in_the_error(make):
    err = listen(make(), 0, "fe80::1%lo")["error"]
    assert (err.code, err.address) == ("EADDRNOTAVAIL", "fe80::1%lo")
    assert str(err) == "listen EADDRNOTAVAIL: address not available fe80::1%lo"


# --- reuse_port ---


needs_balance = pytest.mark.skipif(sys.platform != "linux", reason="the kernel does not balance")


@needs_balance
def test_the_kernel_shares_out_the_connections(make):
    counts = [0, 0]

    def counter(i):
        def on_connection(sock):
            counts[i] += 1
            sock.on("error", lambda err: None).destroy()

        return on_connection

    first = make(counter(0)).listen(0, HOST, reuse_port=True)
    port = first.address().port
    second = make(counter(1))
    assert listen(second, {"port": port, "host": HOST, "reusePort": True}).names == ["listening"]
    for _ in range(200):
        socket.create_connection((HOST, port), timeout=5).close()
    assert wait_until(lambda: sum(counts) == 200)
    assert min(counts) > 0


@needs_balance
def test_both_have_to_ask_for_it(make):
    shy = make().listen(0, HOST)
    log = listen(make(), shy.address().port, HOST, reuse_port=True)
    assert log["error"].code == "EADDRINUSE"
    eager = make().listen(0, HOST, reuse_port=True)
    assert listen(make(), eager.address().port, HOST)["error"].code == "EADDRINUSE"


@pytest.mark.posix_only("there is no SO_REUSEPORT")
def test_reuse_port_says_nothing_to_a_path(make, tmp_path):
    assert make().listen(tmp_path / "s.sock", reuse_port=True, ipv6_only=True).listening


# --- the mode of the file ---


@pytest.mark.posix_only("pipes have no mode")
@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ({"readable_all": True}, 0o444),
        ({"writableAll": 1}, 0o222),
        ({"readableAll": True, "writable_all": True}, 0o666),
        ({"readable_all": False, "writable_all": None}, 0o777),
    ],
)
def test_mode_of_the_path(make, tmp_path, options, mode):
    path = tmp_path / "s.sock"
    before = os.umask(0)
    try:
        srv = make().listen(path, **options)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    srv.close()
    assert not path.exists()


@pytest.mark.posix_only("pipes have no mode")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_the_mode_of_the_path_does_not_depend_on_the_umask(make, tmp_path, umask):
    path = tmp_path / "s.sock"
    before = os.umask(umask)
    try:
        make().listen(path, readable_all=True, writable_all=True)
    finally:
        after = os.umask(before)
    assert (stat.S_IMODE(path.stat().st_mode), after) == (0o666, umask)


@linux_only
def test_the_mode_of_the_path_is_right_from_the_first_moment(make, tmp_path):
    """What is changed later, by its path, may be a symlink to another file by then."""
    libc = ctypes.CDLL(None)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert libc.inotify_add_watch(watch, bytes(tmp_path), IN_CREATE | IN_ATTRIB) > 0
    make().listen(tmp_path / "s.sock", readable_all=True, writable_all=True)
    events = os.read(watch, 4096)
    os.close(watch)
    assert [struct.unpack_from("iI", events, at)[1] for at in range(0, len(events), 32)] == [IN_CREATE]


@pytest.mark.posix_only("pipes have no mode")
def test_the_mode_of_the_path_is_nothing_to_other_files(make, tmp_path):
    """The umask belongs to all threads: it stays as it is while the file is made."""
    before, stop, modes = os.umask(0o077), threading.Event(), set()

    def write_files():
        while not stop.is_set():
            (tmp_path / "other").touch(0o666)
            modes.add(stat.S_IMODE((tmp_path / "other").stat().st_mode))
            (tmp_path / "other").unlink()

    writer = threading.Thread(target=write_files)
    writer.start()
    try:
        for number in range(200):
            make().listen(tmp_path / str(number), writable_all=True)
    finally:
        stop.set()
        writer.join()
        os.umask(before)
    assert modes == {0o600}


@linux_only
def test_the_mode_of_the_path_needs_no_child_that_the_program_sees():
    isolated.check(
        """
        import os, signal, tempfile, pynet

        seen = []
        signal.signal(signal.SIGCHLD, lambda *args: seen.append(args))
        with tempfile.TemporaryDirectory() as folder:
            server = pynet.create_server().listen(folder + "/s", readable_all=True)
            assert os.stat(folder + "/s").st_mode & 0o777 == 0o444
            try:
                os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pass
            else:
                raise AssertionError("there is a child")
            server.close()
        assert seen == []
        """
    )


@pytest.mark.posix_only("pipes are no files")
def test_a_path_in_use_is_an_error_with_a_mode_too(make, tmp_path):
    path = tmp_path / "s.sock"
    path.touch(0o600)
    assert listen(make(), path, readable_all=True)["error"].code == "EADDRINUSE"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_stale_path_is_replaced_by_one_with_the_mode(make, tmp_path):
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    make().listen(path, writable_all=True, unlink_stale=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o222


def test_an_abstract_name_has_no_mode(make):
    srv = make()
    for name in ("readable_all", "writable_all"):
        with pytest.raises(ValueError, match=rf"options\.{name}") as info:
            srv.listen(path="\0pynet-mode", **{name: True})
        assert info.value.code == "ERR_INVALID_ARG_VALUE"
    assert (srv.listening, srv.event_names()) == (False, ["connection"])


@pytest.mark.posix_only("a path that does not name a pipe fails with EACCES")
def test_modes_say_nothing_to_a_port_nor_to_a_bad_path(make, tmp_path):
    assert make().listen(0, HOST, readable_all=True).listening
    assert listen(make(), tmp_path / "missing" / "s", writable_all=True)["error"].code == "ENOENT"


# --- others ---


def test_exclusive_is_taken(make):
    srv = make()
    assert listen(srv, {"port": 0, "exclusive": True}).names == ["listening"]
    assert listen(make(), srv.address().port, exclusive=True)["error"].code == "EADDRINUSE"


@pytest.mark.parametrize("name", ["tls", "ssl"])
def test_tls_is_refused_with_a_way_out(make, name):
    srv = make()
    for call in (lambda: srv.listen(0, **{name: True}), lambda: srv.listen({"port": 0, name: object()})):
        with pytest.raises(TypeError, match=rf"'{name}': ssl is an option of .*create_server\(\)"):
            call()
    assert not srv.listening
    assert srv.listen({"port": 0, name: None}).listening


@pytest.mark.posix_only("there is no SO_REUSEPORT")
def test_the_callers_mapping_stays_as_it_is(make):
    options = {"host": HOST, "port": None, "reuse_port": True}
    before = dict(options)
    make().listen(options)
    assert options == before


# --- without IPv6 ---


def can_make_namespaces():
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0


WITHOUT_IPV6 = """
    import socket, sys
    import pynet

    server = pynet.create_server(lambda sock: sock.end(b"hi"))
    server.on("error", print)
    server.listen(0)
    with socket.create_connection(("127.0.0.1", server.address().port), timeout=5) as client:
        print(client.recv(10).decode())
    print(server.address().address)
    server.close()
"""


@pytest.mark.skipif(not can_make_namespaces(), reason="network namespaces need privileges")
def test_where_ipv6_is_switched_off():
    """By sysctl: `::` can be bound all the same, and serves IPv4."""
    source = """
    import subprocess
    for what in ("all", "default", "lo"):
        with open(f"/proc/sys/net/ipv6/conf/{what}/disable_ipv6", "w") as file:
            file.write("1")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
"""
    command = ["unshare", "-n", sys.executable, "-P", "-c", textwrap.dedent(source + WITHOUT_IPV6)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.stdout.split() == ["hi", "::"], ran


LISTEN_AND_TELL = """
    import pynet

    def main():
        server = pynet.create_server(lambda sock: None)
        server.on("error", lambda err: print(err))
        server.on("listening", lambda: (print("listening"), server.close()))
        server.listen({})

    pynet.run(main)
"""


@needs_filter
def test_where_the_kernel_has_no_ipv6(script):
    """The socket cannot even be made: 0.0.0.0 instead, unless ipv6_only."""
    refuse = f"    refuse({CALLS.get('socket')}, 0, 10, 97)  # AF_INET6, EAFNOSUPPORT\n"
    ran = script(REFUSE + refuse + WITHOUT_IPV6 + LISTEN_AND_TELL.replace("{}", "0, ipv6_only=True"))
    texts = ["hi", "0.0.0.0", "listen EAFNOSUPPORT: address family not supported ::"]
    assert ran.stdout.splitlines() == texts, ran


@needs_filter
@pytest.mark.parametrize("host", ["127.0.0.1", None])
def test_where_the_kernel_has_no_reuse_port(script, host):
    refuse = f"    refuse({CALLS.get('setsockopt')}, 2, 15, 92)  # SO_REUSEPORT, ENOPROTOOPT\n"
    ran = script(REFUSE + refuse + LISTEN_AND_TELL.replace("{}", f"0, {host!r}, reuse_port=True"))
    assert ran.stdout.splitlines() == [f"listen ENOTSUP: operation not supported on socket {host or '::'}"], ran
