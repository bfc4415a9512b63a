"""What the primary of a cluster answers to a listen(): the descriptors, which the server takes over, or an error."""

from __future__ import annotations

import os
import socket
import struct

import pytest

import pynet
from helpers import Recorder, is_open, live_handles, on_loop, wait_until
from pynet import _private
from sharing import connect


def test_it_leaves_the_file_of_a_path(prime, worker, tmp_path):
    path = tmp_path / "s.sock"
    prime.listen(str(path))
    prime.use(prime.at_once)
    worker.listen(path)
    assert worker.address() == str(path)
    worker.close()
    assert path.exists()


def test_it_leaves_the_backlog(prime, worker):
    listener = prime.listen()
    listener.listen(7)
    prime.use(prime.at_once)
    worker.listen(port=0, backlog=99)
    info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)
    assert struct.unpack("8I", info)[7] == 7


def test_several_places(prime, worker, tmp_path):
    prime.listen()
    prime.listen(str(tmp_path / "s.sock"))
    prime.use(prime.at_once)
    worker.listen([0, tmp_path / "s.sock"])
    name = prime.listeners[0].getsockname()
    assert worker.addresses == [pynet.AddressInfo(*name, "IPv4"), str(tmp_path / "s.sock")]
    for listener in prime.listeners:
        with connect(listener) as client:
            assert client.recv(10) == b"hi"


def answer_with(prime, worker, make, places=1):
    """The error of a listen() that is answered with the descriptors that make() gives."""
    prime.use(prime.keep)
    log = Recorder(worker, "error")
    on_loop(worker.listen, [0] * places)
    fds = make()
    assert _private.listen_answer(worker, prime.asked[0][1], fds, "none") is True
    error = log.wait("error")["error"]
    assert not any(is_open(fd) for fd in fds)
    return error


def unbound():
    return socket.socket().detach()


def of_a_path(tmp_path):
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(tmp_path / "s.sock"))
    sock.listen()
    return sock.detach()


def test_what_does_not_listen_is_an_error(prime, worker):
    assert answer_with(prime, worker, lambda: [unbound()]).code == "EINVAL"


def test_what_is_no_socket_is_an_error(prime, worker):
    assert answer_with(prime, worker, lambda: [os.open(os.devnull, os.O_RDONLY)]).code == "EINVAL"


def test_another_kind_of_socket_is_an_error(prime, worker, tmp_path):
    assert answer_with(prime, worker, lambda: [of_a_path(tmp_path)]).code == "EINVAL"


def test_all_places_or_none(prime, worker):
    before = live_handles()["listeners"]

    def make():
        good = socket.socket()
        good.listen()
        return [good.detach(), unbound()]

    assert answer_with(prime, worker, make, 2).code == "EINVAL"
    assert wait_until(lambda: live_handles()["listeners"] == before)


def test_too_few_descriptors_are_closed(prime, pending):
    fds = [unbound(), unbound()]
    with pytest.raises(ValueError, match="1 descriptors, one for each place, not 2"):
        _private.listen_answer(pending, prime.asked[0][1], fds, "none")
    assert not any(is_open(fd) for fd in fds)
    assert prime.answer() is True


def test_a_descriptor_of_pynet_is_refused_and_stays_open(prime, pending):
    other = pynet.Server().listen(port=0, exclusive=True)
    for fds in ([other.fileno()], [5, 5], [-1], ["x"], [True], [1 << 40]):
        with pytest.raises(ValueError, match="fds"):
            _private.listen_answer(pending, prime.asked[0][1], fds, "none")
    assert is_open(other.fileno())
    assert prime.answer() is True
    other.close()


@pytest.mark.parametrize("mode", ["", "FAIR", None, 1])
def test_a_wrong_mode_is_refused_and_closes_nothing(prime, pending, mode):
    with pytest.raises(ValueError, match="mode"):
        _private.listen_answer(pending, prime.asked[0][1], [prime.listeners[0].fileno()], mode)
    assert prime.answer() is True


def test_an_error_must_be_an_exception(prime, pending):
    with pytest.raises(TypeError, match="error"):
        _private.listen_failed(pending, prime.asked[0][1], "no")
    assert prime.answer() is True


@pytest.mark.parametrize(
    "args", [(1, None), (None, 1), (None, None, "x"), (None, None, -1), (None, None, float("nan"))]
)
def test_wrong_hooks_are_refused(args):
    with pytest.raises((TypeError, ValueError)):
        _private.cluster_hooks(*args)
