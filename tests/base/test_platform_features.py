"""What a platform does not have refuses with one code; the numbers of `errno` are those of the platform."""

from __future__ import annotations

import asyncio
import errno
import sys
from multiprocessing.reduction import ForkingPickler

import pytest

import pynet
import pynet.aio
import pynet.cluster

CODE = "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"
PIPE = r"\\.\pipe\pynet-test-features"

on_windows = pytest.mark.skipif(sys.platform != "win32", reason="other systems have these features")


def test_the_error_names_the_feature():
    with pytest.raises(pynet.NetError, match=r"^The feature walk\(\) is unavailable on this platform$") as raised:
        pynet._pynet._unavailable("walk()")
    assert (raised.value.code, raised.value.errno) == (CODE, None)


@pytest.mark.parametrize("feature", [None, 3, b"walk()"])
def test_the_feature_is_a_text(feature):
    with pytest.raises(TypeError) as raised:
        pynet._pynet._unavailable(feature)
    assert raised.value.code == "ERR_INVALID_ARG_TYPE"


def test_each_error_of_libuv_has_the_number_of_the_module_errno():
    codes = {name: pynet._pynet._uv_error(getattr(errno, name), "test") for name in dir(errno) if name[0] == "E"}
    known = {name: error for name, error in codes.items() if error.code == name}
    assert len(known) > 50
    assert {name: error.errno for name, error in known.items()} == {name: getattr(errno, name) for name in known}


@pytest.mark.parametrize("name", ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOENT", "EADDRINUSE", "EACCES", "ETIMEDOUT"])
def test_the_usual_errors_are_known_by_their_numbers(name):
    assert pynet._pynet._uv_error(getattr(errno, name), "test").code == name


async def _attach():
    async with pynet.aio.attached():
        pass


async def _nothing():
    pass


CALLS = {
    "mode": lambda: pynet.Server().listen(PIPE, mode=0o600),
    "group": lambda: pynet.Server().listen(PIPE, group=1),
    "unlink_stale": lambda: pynet.Server().listen(PIPE, unlink_stale=True),
    "listen, abstract name": lambda: pynet.Server().listen("\0x"),
    "connect, abstract name": lambda: pynet.connect("\0x"),
    "BoundSocket": lambda: pynet.BoundSocket(path=PIPE),
    "receive_handles": lambda: pynet.Socket(receive_handles=True),
    "send_handle": lambda: pynet.Socket().send_handle(None),
    "embed": pynet.embed,
    "aio.run": lambda: pynet.aio.run(_nothing()),
    "aio.attached": lambda: asyncio.run(_attach()),
    "cluster.fork": pynet.cluster.fork,
    "cluster.serve": lambda: pynet.cluster.serve(lambda: None),
    "pickling": lambda: ForkingPickler.dumps(pynet.Socket()),
}


@on_windows
@pytest.mark.parametrize("name", CALLS)
def test_windows_refuses(name):
    with pytest.raises(pynet.NetError) as raised:
        CALLS[name]()
    assert raised.value.code == CODE


@on_windows
def test_windows_has_no_credentials_of_a_peer():
    with pynet.create_server(lambda sock: sock.resume()) as server:
        server.listen(PIPE)
        with pynet.connect(PIPE) as sock:
            sock.wait("connect", timeout=10)
            with pytest.raises(pynet.NetError) as raised:
                _ = sock.peer_credentials
    assert raised.value.code == CODE
