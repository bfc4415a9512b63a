"""Channels of frames: a unix socket pair, of which one end or both are pynet's; each test leaves no descriptor open."""

from __future__ import annotations

import contextlib
import os
import socket

import pytest

import pynet
from helpers import raw_client, wait_until
from proxies import V1, V2_6, summed, tlv


def open_fds() -> set[tuple[int, str]]:
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found.add((int(name), os.readlink(f"/proc/self/fd/{name}")))
    return {each for each in found if not each[1].startswith("anon_inode:")}  # the loop's own, made when it needs them


@pytest.fixture(autouse=True)
def no_descriptor_left(no_handles_left):
    """A descriptor that a test leaves open is a failure."""
    pynet.set_timeout(lambda: None, 0)  # the loop's own descriptors are there
    before = open_fds()
    yield
    assert wait_until(lambda: len(open_fds()) <= len(before)), open_fds() - before


@pytest.fixture
def raw():
    """(Socket, socket.socket): a channel whose other end sends and reads bytes itself."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(10)
    made = []

    def make(**options):
        made.append(pynet.Socket(fd=ours.detach(), **options))
        return made[0], theirs

    yield make
    for sock in made:
        sock.destroy()
    theirs.close()
    ours.close()


@pytest.fixture
def channel():
    """(sender, receiver): both are pynet's, in this process."""
    a, b = socket.socketpair()
    sender, receiver = pynet.Socket(fd=a.detach()), pynet.Socket(fd=b.detach(), receive_handles=True)
    yield sender, receiver
    sender.destroy()
    receiver.destroy()


@pytest.fixture
def null_fd():
    return lambda: os.open(os.devnull, os.O_RDONLY)


@pytest.fixture
def descriptors():
    """A function that returns the open descriptors of this process."""
    return open_fds


@pytest.fixture(params=[V1, V2_6, summed(tlvs=tlv(5, b"\x00\xffid"))], ids=["v1", "v2-ipv6", "v2-crc32c"])
def proxied(request, where):
    """A Socket that came with a header of the PROXY protocol."""
    server = pynet.Server({"pause_on_connect": True}, proxy_protocol=True if len(where) == 1 else ["127.0.0.0/8"])
    server.listen(*where)
    client = raw_client(server)
    client.sendall(request.param + b"data")
    sock = server.accept()
    yield sock
    sock.destroy()
    client.close()
    server.close()


@pytest.fixture
def connection(where):
    """(Socket accepted by a server, socket.socket of the client), over TCP and a unix socket."""
    accepted: list[pynet.Socket] = []
    server = pynet.create_server({"pause_on_connect": True}, accepted.append).listen(*where)
    client = raw_client(server)
    assert wait_until(lambda: accepted)
    yield accepted[0], client
    accepted[0].destroy()
    client.close()
    server.close()


@pytest.fixture
def opened():
    """Objects to close at the end."""
    made: list = []
    yield made.append
    for each in made:
        each.destroy() if isinstance(each, pynet.Socket) else each.close()
