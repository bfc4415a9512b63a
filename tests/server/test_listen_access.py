"""Server.listen(path, mode=..., group=...): who may connect to a unix path, from before the first connection on."""

from __future__ import annotations

import asyncio
import contextlib
import grp
import os
import re
import shutil
import socket
import stat
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import pynet
from bad_values import TYPE, VALUE, refused
from helpers import Recorder, printed
from system_calls import CALLS, MODE_OF_CHMOD, REFUSE, needs_filter

HOST = "127.0.0.1"
RANGE = "ERR_OUT_OF_RANGE"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the mode is set by a child process on Linux only")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


@pytest.fixture
def make():
    """make(): a server that greets, closed in the end."""
    made = []

    def server():
        made.append(pynet.create_server(lambda sock: sock.end(b"hi")))
        return made[-1]

    yield server
    for each in made:
        each.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s"


@pytest.fixture
def group():
    """A group that files here do not have by themselves, and that this process may give to them."""
    others = set(os.getgroups()) - {os.getegid()}
    if os.geteuid() == 0:
        others = {entry.gr_gid for entry in grp.getgrall()} - {os.getegid()}
    for gid in sorted(others):
        with contextlib.suppress(KeyError):
            return grp.getgrgid(gid)
    pytest.skip("this user is in one group only, and may not give a file to another one")


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def hear(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        return client.recv(10)


# --- the mode ---


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
@pytest.mark.parametrize("mode", [0o660, 0o600, 0o777, 0o000, 0o222])
def test_exactly_this_mode(make, path, mode, umask):
    before = os.umask(umask)
    try:
        make().listen(path, mode=mode)
    finally:
        after = os.umask(before)
    assert (mode_of(path), after) == (mode, umask)


FORMS = {
    "path": lambda server, path: server.listen(str(path), mode=0o640),
    "path, backlog, callback": lambda server, path: server.listen(os.fsencode(path), 5, lambda: None, mode=0o640),
    "keywords": lambda server, path: server.listen(path=path, mode=0o640),
    "mapping": lambda server, path: server.listen({"path": path, "mode": 0o640}),
    "mapping and keyword": lambda server, path: server.listen({"path": path, "mode": 0o777}, mode=0o640),
    "list": lambda server, path: server.listen([path], mode=0o640),
    "list beside a port": lambda server, path: server.listen([(HOST, 0), path, ("localhost", 0)], mode=0o640),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_that_names_a_path(make, path, form):
    server = make()
    log = Recorder(server, "listening")
    FORMS[form](server, path)
    log.wait("listening")
    assert mode_of(path) == 0o640
    assert hear(path) == b"hi"


def test_create_server_and_listen_in_one_line(path):
    with pynet.create_server().listen(path=path, mode=0o600):
        assert mode_of(path) == 0o600
    assert not path.exists()


def test_every_path_of_a_list_has_it(make, tmp_path):
    paths = [tmp_path / "a", tmp_path / "b"]
    make().listen(paths, mode=0o606)
    assert [mode_of(each) for each in paths] == [0o606, 0o606]


def test_serve_takes_it(path):
    server = pynet.serve(lambda sock: sock.write(b"hi"), path, mode=0o600)
    assert (mode_of(path), hear(path)) == (0o600, b"hi")
    server.shutdown(0).result(5)


def test_aio_listen_takes_it(path):
    async def main():
        async with await pynet.aio.listen(path, mode=0o600):
            return mode_of(path)

    assert asyncio.run(main()) == 0o600


def test_no_mode_is_the_umask_s(make, path):
    before = os.umask(0o027)
    try:
        make().listen(path, mode=None, group=None)
    finally:
        os.umask(before)
    assert mode_of(path) == 0o750


def test_the_mode_where_the_folder_has_defaults_of_its_own(make, path):
    """An access control list with defaults counts instead of the umask."""
    entries = [(0x01, 7), (0x04, 0), (0x20, 0)]  # the owner, its group, others
    default = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry, 0xFFFFFFFF) for entry in entries)
    try:
        os.setxattr(path.parent, "system.posix_acl_default", default)
    except (OSError, AttributeError) as err:
        pytest.skip(f"no access control lists here: {err}")
    make().listen(path, mode=0o666)
    assert mode_of(path) == 0o666


def test_the_path_of_a_stale_server_gets_it_too(make, path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    make().listen(path, mode=0o620, unlink_stale=True)
    assert mode_of(path) == 0o620


# --- the group ---


@pytest.mark.parametrize("field", ["gr_name", "gr_gid"])
def test_the_group_by_name_and_by_number(make, path, group, field):
    make().listen(path, mode=0o640, group=getattr(group, field))
    assert (mode_of(path), os.stat(path).st_gid) == (0o640, group.gr_gid)
    assert hear(path) == b"hi"


def test_a_group_without_a_mode_may_connect(make, path, group):
    make().listen(path, group=group.gr_gid)
    assert (mode_of(path), os.stat(path).st_gid) == (0o660, group.gr_gid)


@pytest.mark.parametrize(("option", "mode"), [("readable_all", 0o444), ("writableAll", 0o222)])
def test_a_group_beside_node_s_options(make, path, group, option, mode):
    make().listen({"path": path, option: True}, group=group.gr_name)
    assert (mode_of(path), os.stat(path).st_gid) == (mode, group.gr_gid)


def test_the_group_that_the_file_has_anyway(make, path):
    make().listen(path, group=os.getegid())
    assert os.stat(path).st_gid == os.getegid()


def test_the_group_is_only_its_own(make, tmp_path, group):
    """The owner stays, and so do other files."""
    other = tmp_path / "other"
    other.touch()
    make().listen(tmp_path / "s", group=group.gr_gid)
    assert os.stat(tmp_path / "s").st_uid == os.geteuid()
    assert os.stat(other).st_gid == os.getegid()


# --- in force before anybody can connect ---


def traced(code, *calls):
    """The system calls of these names that a script makes, in order: (name, arguments)."""
    if shutil.which("strace") is None:
        pytest.fail("strace is not installed: apt-get install strace")
    with tempfile.NamedTemporaryFile("r") as file:
        command = ["strace", "-f", "-qq", "-o", file.name, "-e", f"trace={','.join(calls)}", sys.executable, "-P", "-c"]
        subprocess.run([*command, code], check=True, timeout=40)
        return re.findall(r"^\d+ +(\w+)\((.*)\) += 0", file.read(), re.MULTILINE)


@linux_only
def test_the_group_is_set_before_listen(tmp_path, group):
    code = (
        f"import pynet; pynet.create_server().listen({str(tmp_path / 's')!r}, mode=0o640, group={group.gr_gid}).close()"
    )
    calls = traced(code, "bind", "listen", "fchownat", "chmod")
    assert [name for name, _ in calls] == ["bind", "fchownat", "listen"]
    assert f", -1, {group.gr_gid}, AT_EMPTY_PATH" in calls[1][1]


@linux_only
def test_a_bound_socket_gets_both_before_listen(tmp_path, group):
    code = (
        f"import pynet; bound = pynet.BoundSocket(path={str(tmp_path / 's')!r})\n"
        f"pynet.create_server().listen(bound, mode=0o640, group={group.gr_gid}).close()"
    )
    calls = [name for name, _ in traced(code, "bind", "listen", "fchownat", "chmod", "fchmodat")]
    assert calls == ["bind", "fchownat", "chmod", "listen"]


@as_root
@linux_only
@pytest.mark.parametrize(
    ("options", "member", "other"),
    [
        ({"mode": 0o660}, True, False),
        ({}, True, False),
        ({"mode": 0o640}, False, False),
        ({"mode": 0o662}, True, True),
        ({"mode": 0o600}, False, False),
    ],
    ids=str,
)
def test_who_may_connect(make, script, tmp_path, group, options, member, other):
    client = """
    import os, socket, sys

    os.chdir(sys.argv[1])  # the folders above are closed to other users
    os.setgroups([int(gid) for gid in sys.argv[2:]])
    os.setgid(65534)
    os.setuid(65534)
    try:
        socket.socket(socket.AF_UNIX).connect("s")
    except PermissionError:
        print("refused")
    else:
        print("connected")
"""
    tmp_path.chmod(0o755)
    make().listen(tmp_path / "s", group=group.gr_gid, **options)
    for groups, may in (([str(group.gr_gid)], member), ([], other)):
        assert printed(script(client, str(tmp_path), *groups)) == ["connected" if may else "refused"]


# --- a BoundSocket ---


def test_a_bound_socket(make, path, group):
    make().listen(pynet.BoundSocket(path=path), mode=0o604, group=group.gr_name)
    assert (mode_of(path), os.stat(path).st_gid) == (0o604, group.gr_gid)
    assert hear(path) == b"hi"


def test_a_bound_socket_as_an_option(make, path):
    make().listen({"handle": pynet.BoundSocket(path=path), "mode": 0o604})
    assert mode_of(path) == 0o604


def test_a_bound_socket_whose_path_leads_elsewhere(make, path):
    """The other file stays as it is, and the BoundSocket too."""
    with pynet.BoundSocket(path=path) as bound:
        path.rename(path.parent / "away")
        other = path.parent / "other"
        other.touch(0o600)
        path.symlink_to(other)
        server = make()
        with pytest.raises(FileNotFoundError, match=r"^chmod ENOENT: .*/s$"):
            server.listen(bound, mode=0o666)
        assert mode_of(other) == 0o600
        assert not server.listening and bound.address() == str(path)


@pytest.mark.parametrize("options", [{"host": HOST}, pytest.param({"path": ""}, marks=linux_only)], ids=str)
@pytest.mark.parametrize("name", ["mode", "group"])
def test_a_bound_socket_without_a_file(make, options, name):
    with pynet.BoundSocket(options) as bound:
        server = make()
        refused(VALUE, name, server.listen, bound, **{name: 0o600})
        assert not server.listening
        bound.address()  # it has not been adopted


# --- failures ---


def refusing(call, index, value, script):
    return REFUSE + f"    refuse({CALLS.get(call)}, {index}, {value}, 1)  # EPERM\n" + script


RAISES = """
    import os, sys, pynet

    folder, gid = sys.argv[1], int(sys.argv[2])
    path = folder + "/s"
    server = pynet.create_server()
    try:
        server.listen(*eval(sys.argv[3]), mode=0o640, group=gid)
    except PermissionError as err:
        print(str(err).replace(folder, ""), err.code, err.errno, err.syscall, err.address == path)
    print(server.listening, server.address(), server.event_names(), os.listdir(folder))
    server.listen(path, mode=0o640)
    print(server.listening, os.listdir(folder))
    server.close()
"""


@needs_filter
@pytest.mark.parametrize("where", ["[path]", "[[folder + '/a', path]]", "[[('127.0.0.1', 0), path]]"])
def test_a_group_that_is_refused_changes_nothing(script, tmp_path, where):
    """Without a privilege, a file goes only to a group of the process: here the kernel refuses."""
    gid = os.getegid() + 1
    done = script(refusing("fchownat", 3, gid, RAISES), str(tmp_path), str(gid), where)
    first = "/a" if "'/a'" in where else "/s"
    text = f"chown EPERM: operation not permitted {first} EPERM 1 chown {first == '/s'}"
    assert printed(done) == [text, "False None [] []", "True ['s']"]


@needs_filter
def test_a_group_that_is_refused_is_an_event_where_there_is_a_listener(script, tmp_path):
    gid = os.getegid() + 1
    code = """
    import os, sys, pynet

    def main():
        server = pynet.create_server()
        server.on("error", lambda err: print(err.code, err.syscall, server.listening, os.listdir(sys.argv[1])))
        server.listen(sys.argv[1] + "/s", group=int(sys.argv[2]))

    pynet.run(main)
"""
    done = script(refusing("fchownat", 3, gid, code), str(tmp_path), str(gid))
    assert printed(done) == ["EPERM chown False []"]


@needs_filter
def test_a_bound_socket_whose_group_is_refused_stays_bound(script, tmp_path):
    gid = os.getegid() + 1
    code = """
    import os, sys, pynet

    path = sys.argv[1] + "/s"
    bound = pynet.BoundSocket(path=path)
    before = os.stat(path).st_mode
    server = pynet.create_server()
    try:
        server.listen(bound, mode=0o602, group=int(sys.argv[2]))
    except PermissionError as err:
        print(err.syscall, err.address == path)
    print(server.listening, os.stat(path).st_mode == before)
    server.listen(bound)
    print(server.listening)
    server.close()
"""
    done = script(refusing("fchownat", 3, gid, code), str(tmp_path), str(gid))
    assert printed(done) == ["chown True", "False True", "True"]


@needs_filter
def test_a_bound_socket_whose_mode_is_refused_stays_bound(script, tmp_path):
    code = """
    import os, sys, pynet

    path = sys.argv[1] + "/s"
    bound = pynet.BoundSocket(path=path)
    before = os.stat(path).st_mode
    server = pynet.create_server()
    try:
        server.listen(bound, mode=0o602)
    except PermissionError as err:
        print(err.syscall, err.address == path)
    print(server.listening, os.stat(path).st_mode == before, bound.address() == path)
    server.listen(bound, mode=0o604)
    print(server.listening, oct(os.stat(path).st_mode & 0o777))
    server.close()
"""
    done = script(refusing("chmod", MODE_OF_CHMOD, 0o602, code), str(tmp_path))
    assert printed(done) == ["chmod True", "False True True", "True 0o604"]


def test_a_path_in_use_keeps_its_mode_and_group(make, path, group):
    path.touch(0o600)
    with pytest.raises(OSError, match="^listen EADDRINUSE"):
        make().listen(path, mode=0o666, group=group.gr_gid)
    assert (mode_of(path), os.stat(path).st_gid) == (0o600, os.getegid())


# --- wrong values ---


def check_refused(code, name, path, **options):
    server = pynet.create_server()
    for call in (
        lambda: server.listen(path, **options),
        lambda: server.listen({"path": path, **options}),
        lambda: server.listen([path], **options),
    ):
        err = refused(code, name, call)
        assert (server.listening, server.event_names(), path.exists()) == (False, [], False)
    return err


@pytest.mark.parametrize(
    ("value", "code"),
    [("660", TYPE), ("0o660", TYPE), (True, TYPE), (0.5, TYPE), (432.0, TYPE), ([], TYPE), (b"x", TYPE)]
    + [(-1, RANGE), (0o1000, RANGE), (660, RANGE), (10**30, RANGE), (-(10**30), RANGE)],
    ids=repr,
)
def test_a_wrong_mode(path, value, code):
    err = check_refused(code, "options.mode", path, mode=value)
    assert "0o660" in str(err)


@pytest.mark.parametrize(
    ("value", "code"),
    [(True, TYPE), (1.0, TYPE), ([], TYPE), (b"root", TYPE), (Path("root"), TYPE)]
    + [(-1, RANGE), (2**32 - 1, RANGE), (10**30, RANGE), (-(10**30), RANGE)],
    ids=repr,
)
def test_a_wrong_group(path, value, code):
    check_refused(code, "options.group", path, group=value)


@pytest.mark.parametrize("name", ["nobody-has-this-name", "", "a\0b", "\udc80", "0"], ids=ascii)
def test_a_group_that_does_not_exist(path, name):
    err = check_refused(VALUE, "options.group", path, group=name)
    assert isinstance(err, ValueError) and repr(name) in str(err)


@pytest.mark.parametrize("name", ["readable_all", "writable_all"])
def test_a_mode_excludes_node_s_options(path, name):
    check_refused(VALUE, "options.mode", path, mode=0o600, **{name: True})
    server = pynet.create_server().listen(path, mode=0o600, **{name: False})
    assert mode_of(path) == 0o600
    server.close()


PLACES = {
    "nothing": lambda: ((), {}),
    "port": lambda: ((0,), {}),
    "port and host": lambda: ((0, HOST), {}),
    "port of options": lambda: (({"port": 0},), {}),
    "port before a path": lambda: ((), {"port": 0, "path": "s"}),
    "name": lambda: ((0, "localhost"), {}),
    "list of ports": lambda: (([0, (HOST, 0)],), {}),
    "descriptor": lambda: ((), {"fd": 0}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["mode", "group"])
def test_without_a_path_it_is_an_error_that_names_it(place, name):
    server = pynet.create_server()
    args, options = PLACES[place]()
    err = refused(VALUE, f"options.{name}", server.listen, *args, **options, **{name: 0o600})
    assert "path" in str(err)
    assert (server.listening, server.event_names()) == (False, [])


@pytest.mark.parametrize("name", ["mode", "group"])
def test_with_the_socket_of_another_it_is_an_error(make, path, name):
    server = make()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        before = os.stat(path)
        refused(VALUE, f"options.{name}", server.listen, other, **{name: 0o600})
        assert (os.stat(path).st_mode, server.listening) == (before.st_mode, False)


@linux_only
@pytest.mark.parametrize("name", ["mode", "group"])
@pytest.mark.parametrize("many", [False, True])
def test_with_an_abstract_name_it_is_an_error(make, path, name, many):
    server = make()
    where = [path, "\0pynet-access"] if many else "\0pynet-access"
    err = refused(VALUE, f"options.{name}", server.listen, where, **{name: 0o600})
    assert "abstract" in str(err)
    assert (server.listening, path.exists()) == (False, False)
