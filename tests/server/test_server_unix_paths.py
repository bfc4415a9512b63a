"""Unix paths: abstract names, lengths, modes, files that are left, files that were replaced."""

import errno
import os
import socket
import stat
import sys
import uuid
from pathlib import Path

import pytest

import isolated
import pynet
from helpers import Recorder, raw_client, wait_until

LIMIT = 103 if sys.platform == "darwin" else 107
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")


@pytest.fixture
def make():
    """make(): a server that greets; everything is closed in the end."""
    made = []

    def server():
        srv = pynet.create_server(lambda sock: sock.end(b"hi"))
        made.append(srv)
        return srv

    yield server
    for srv in made:
        srv.close()


def greeting(path):
    """What a pynet client reads from this path."""
    client = pynet.connect(path)
    log = Recorder(client, "data", "error", "close")
    log.wait("close")
    return log.data()


def python_greeting(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(path)
        return client.recv(10)


@pytest.fixture
def short_folder(tmp_path, monkeypatch):
    """Relative paths have any length that is wanted, however long the name of the temporary folder is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- abstract names ---


@linux_only
@pytest.mark.parametrize("as_bytes", [False, True])
def test_abstract_name(make, as_bytes):
    name = f"\0pynet-{uuid.uuid4()}"
    path = name.encode() if as_bytes else name
    srv = make().listen(path)
    assert (srv.listening, srv.address()) == (True, name)
    assert greeting(path) == b"hi"
    assert python_greeting(path) == b"hi"
    assert not os.path.lexists(name[1:])
    srv.close()
    log = Recorder(pynet.connect(path), "error", "close")
    assert log.wait("close")["error"].code == "ECONNREFUSED"


@linux_only
def test_abstract_name_is_used_once(make):
    name = f"\0pynet-{uuid.uuid4()}"
    make().listen(name)
    second = make()
    log = Recorder(second, "error")
    second.listen(name)
    assert log.wait("error")["error"].code == "EADDRINUSE"


@linux_only
def test_connect_to_an_abstract_name_of_python(make):
    name = f"\0pynet-{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(name)
        other.listen()
        client = pynet.connect({"path": name})
        log = Recorder(client, "connect", "data", "close")
        other.settimeout(5)
        peer, _ = other.accept()
        peer.sendall(b"from python")
        log.wait_for(lambda: log.data() == b"from python")
        peer.close()
        log.wait("close")


@linux_only
def test_abstract_name_with_a_second_null_is_refused(make):
    """As libuv does: nothing is cut off silently."""
    name = f"\0pynet-{uuid.uuid4()}\0a"
    srv = make()
    log = Recorder(srv, "error")
    srv.listen(name)
    err = log.wait("error")["error"]
    assert (err.code, err.address) == ("EINVAL", name)
    assert Recorder(pynet.connect(name), "error", "close").wait("close")["error"].code == "EINVAL"


# --- lengths ---


@pytest.mark.parametrize("length", [1, LIMIT - 1, LIMIT])
def test_longest_path_works(make, short_folder, length):
    path = "x" * length
    srv = make().listen(path)
    assert srv.address() == path
    assert os.listdir(short_folder) == [path]
    assert greeting(path) == b"hi"
    srv.close()
    assert os.listdir(short_folder) == []


@pytest.mark.parametrize("length", [LIMIT + 1, LIMIT + 2, 300, 5000])
def test_listen_on_a_longer_path_is_an_error_event(make, short_folder, length):
    path = "x" * length
    srv = make()
    log = Recorder(srv, "listening", "error", "close")
    assert srv.listen(path) is srv
    assert (srv.listening, srv.address()) == (False, None)
    err = log.wait("error")["error"]
    assert (err.code, err.errno, err.syscall, err.address) == ("EINVAL", errno.EINVAL, "listen", path)
    hint = f"(the path has {length} bytes, at most {LIMIT} are possible)"
    assert str(err) == f"listen EINVAL: invalid argument {path} {hint}"
    assert os.listdir(short_folder) == []
    assert srv.listen("short").listening
    assert log.wait("listening").names == ["error", "listening"]


@pytest.mark.parametrize("length", [LIMIT + 1, LIMIT + 2, 300])
def test_connect_to_a_longer_path_is_an_error_event(make, short_folder, length):
    make().listen("x" * LIMIT)  # where a path that was cut off would lead
    client = pynet.connect("x" * length)
    log = Recorder(client, "connect", "error", "close")
    err = log.wait("close")["error"]
    assert (err.code, err.errno, err.syscall, err.address) == ("EINVAL", errno.EINVAL, "connect", "x" * length)
    assert str(err).startswith(f"connect EINVAL {'x' * length}")
    assert log.names == ["error", "close"]
    assert log.args("close") == [(True,)]


@linux_only
@pytest.mark.parametrize(("length", "works"), [(LIMIT, True), (LIMIT + 1, False), (LIMIT + 2, False)])
def test_length_of_an_abstract_name(make, length, works):
    name = f"\0pynet-{uuid.uuid4()}".ljust(length, "x")
    srv = make()
    log = Recorder(srv, "listening", "error")
    srv.listen(name)
    if works:
        assert log.wait("listening").names == ["listening"]
        assert greeting(name) == b"hi"
    else:
        assert log.wait("error")["error"].code == "EINVAL"


def test_path_with_a_null_inside(make, short_folder):
    srv = make()
    log = Recorder(srv, "error")
    srv.listen("a\0b")
    assert log.wait("error")["error"].code == "EINVAL"
    assert os.listdir(short_folder) == []
    client = pynet.connect("a\0b")
    assert Recorder(client, "error", "close").wait("close")["error"].code == "EINVAL"


# --- names that are not UTF-8 ---


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS wants UTF-8 in file names")
def test_path_that_is_no_utf8(make, short_folder):
    raw = b"caf\xe9-\xff.sock"
    text = os.fsdecode(raw)
    srv = make().listen(raw)
    assert srv.address() == text
    assert os.listdir(os.fsencode(short_folder)) == [raw]
    assert greeting(raw) == b"hi"
    assert greeting(text) == b"hi"
    assert repr(srv).isprintable()
    srv.close()
    assert os.listdir(short_folder) == []


def test_path_that_is_no_ascii(make, short_folder):
    srv = make().listen(Path("é—☃.sock"))
    assert srv.address() == "é—☃.sock"
    assert greeting(Path("é—☃.sock")) == b"hi"
    assert greeting("é—☃.sock") == b"hi"


# --- the file ---


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o755), (0o077, 0o700), (0o000, 0o777), (0o027, 0o750)])
def test_mode_of_the_file_is_as_umask_says(make, tmp_path, mask, mode):
    path = tmp_path / "s.sock"
    before = os.umask(mask)
    try:
        make().listen(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_close_unlinks_at_once(make, tmp_path):
    path = tmp_path / "s.sock"
    srv = make().listen(path)
    assert path.is_socket()
    with pynet.turn():
        srv.close()
        assert not path.exists()


def test_close_leaves_a_file_that_came_in_its_place(make, tmp_path):
    path = tmp_path / "s.sock"
    srv = make().listen(path)
    path.unlink()
    path.write_text("mine")
    srv.close()
    assert path.read_text() == "mine"


def test_close_leaves_the_socket_of_another_server(make, tmp_path):
    path = tmp_path / "s.sock"
    first = make().listen(path)
    path.unlink()
    second = make().listen(path)
    first.close()
    assert second.listening and path.is_socket()
    assert greeting(path) == b"hi"
    second.close()
    assert not path.exists()


def test_close_when_the_file_has_gone(make, tmp_path):
    path = tmp_path / "s.sock"
    srv = make().listen(path)
    path.unlink()
    log = Recorder(srv, "error", "close")
    srv.close()
    assert log.wait("close").names == ["close"]


def test_close_leaves_a_file_that_was_moved_elsewhere(make, tmp_path):
    path, moved = tmp_path / "s.sock", tmp_path / "moved"
    srv = make().listen(path)
    path.rename(moved)
    srv.close()
    assert moved.is_socket()


def stale(path):
    """The file of a server that died without unlinking."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
        dead.listen()


def test_stale_file(make, tmp_path):
    path = tmp_path / "s.sock"
    stale(path)
    srv = make()
    log = Recorder(srv, "error", "listening")
    srv.listen(path)
    assert log.wait("error")["error"].code == "EADDRINUSE"
    assert path.is_socket(), "the file of another is not ours to remove"
    client = pynet.connect(path)
    seen = Recorder(client, "error", "close").wait("close")
    err = seen["error"]
    assert isinstance(err, ConnectionRefusedError)
    assert (err.code, err.syscall, err.address) == ("ECONNREFUSED", "connect", str(path))
    assert str(err) == f"connect ECONNREFUSED {path}"
    path.unlink()
    srv.listen(path)
    log.wait("listening")


def test_missing_file_and_missing_folder(make, tmp_path):
    path = tmp_path / "nowhere" / "s"
    srv = make()
    log = Recorder(srv, "error")
    srv.listen(path)
    err = log.wait("error")["error"]
    assert isinstance(err, FileNotFoundError)
    assert str(err).startswith(f"listen ENOENT: no such file or directory {path}")
    for target in (path, tmp_path / "s.sock"):
        err = Recorder(pynet.connect(target), "error", "close").wait("close")["error"]
        assert isinstance(err, FileNotFoundError)
        assert (err.code, err.address) == ("ENOENT", str(target))
        assert str(err).startswith(f"connect ENOENT {target}")


def test_path_that_is_a_plain_file_or_a_folder(make, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    for path in (file, tmp_path):
        srv = make()
        log = Recorder(srv, "error")
        srv.listen(path)
        assert log.wait("error")["error"].code == "EADDRINUSE"
        err = Recorder(pynet.connect(path), "error", "close").wait("close")["error"]
        assert err.code == "ECONNREFUSED"
    assert file.read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do anything")
def test_folder_that_may_not_be_written(make, tmp_path):
    tmp_path.chmod(0o500)
    srv = make()
    log = Recorder(srv, "error")
    srv.listen(tmp_path / "s.sock")
    assert log.wait("error")["error"].code == "EACCES"
    tmp_path.chmod(0o700)


def test_connection_outlives_the_file(make, tmp_path):
    path = tmp_path / "s.sock"
    srv = pynet.create_server(lambda sock: sock.pipe(sock)).listen(path)
    with raw_client(srv) as client:
        client.sendall(b"one")
        assert client.recv(10) == b"one"
        srv.close()
        assert not path.exists()
        client.sendall(b"two")
        assert client.recv(10) == b"two"


# --- relative paths ---

OWNERS = {
    "server": lambda path: pynet.create_server().listen(path),
    "server with a mode": lambda path: pynet.create_server().listen(path, writable_all=True),
    "bound": lambda path: pynet.BoundSocket(path=path),
    "adopted by a server": lambda path: pynet.create_server().listen(pynet.BoundSocket(path=path)),
    "adopted by a socket": lambda path: pynet.Socket(handle=pynet.BoundSocket(path=path)),
}


@pytest.fixture(params=OWNERS)
def owner_of(request):
    """owner_of(path): an object that has bound the path; end() of it removes the file."""
    return OWNERS[request.param]


def end(owner):
    owner.destroy() if isinstance(owner, pynet.Socket) else owner.close()


@pytest.fixture
def two_folders(tmp_path, monkeypatch):
    """The current folder is one/. In two/ there is another socket called s."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    stale(tmp_path / "two" / "s")
    monkeypatch.chdir(tmp_path / "one")
    return tmp_path / "one", tmp_path / "two"


@pytest.mark.parametrize("path", ["s", "./s", "../one/s"])
def test_a_relative_path_is_removed_after_chdir(two_folders, owner_of, path):
    one, two = two_folders
    owner = owner_of(path)
    assert (one / "s").is_socket()
    os.chdir(two)
    end(owner)
    assert not (one / "s").exists()
    assert (two / "s").is_socket(), "the file of another is not ours to remove"


def test_a_path_is_removed_when_the_symlink_to_its_folder_has_changed(two_folders, owner_of):
    one, two = two_folders
    link = one.parent / "link"
    link.symlink_to(one)
    owner = owner_of(link / "s")
    link.unlink()
    link.symlink_to(two)
    end(owner)
    assert not (one / "s").exists()
    assert (two / "s").is_socket()


def test_a_relative_path_is_removed_at_exit_after_chdir(two_folders):
    one, two = two_folders
    isolated.check(
        """
        import os, sys, pynet

        os.chdir(sys.argv[1])
        server = pynet.create_server().listen("s").unref()
        assert os.path.exists("s")
        os.chdir(sys.argv[2])
        """,
        one,
        two,
    )
    assert not (one / "s").exists()
    assert (two / "s").is_socket()


def test_address_is_the_relative_path_as_it_was_given(two_folders, make):
    srv = make().listen("s")
    os.chdir(two_folders[1])
    assert srv.address() == "s"


def test_a_path_in_the_root_folder_is_removed(make):
    path = Path(f"/pynet-{uuid.uuid4()}")
    srv = make()
    log = Recorder(srv, "listening", "error")
    srv.listen(path)
    assert wait_until(lambda: log.names)
    assert path.is_socket() == srv.listening  # not everyone may write there
    srv.close()
    assert not path.exists()
