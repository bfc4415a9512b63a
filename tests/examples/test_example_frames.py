"""examples/frames.py: frames in all pieces that the network may make of them."""

import socket
import struct

import pytest

from peers import read_exactly, read_to_end

BODIES = [b"one", b"", b"three" * 1000, b"4", b"x" * 65536]


def frame(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


@pytest.fixture
def gateway(program):
    return program("frames.py", 0)


@pytest.fixture
def device(gateway, dial):
    return dial(gateway.port)


def acknowledged(device: socket.socket) -> bytes:
    (size,) = struct.unpack(">I", read_exactly(device, 4))
    return read_exactly(device, size)


def printed(gateway) -> str:
    return gateway.line().partition(" sent ")[2]


def test_frames_in_one_piece(gateway, device):
    device.sendall(b"".join(map(frame, BODIES)))
    assert [acknowledged(device) for _ in BODIES] == [b"ok %d" % n for n in range(1, len(BODIES) + 1)]
    assert [printed(gateway) for _ in BODIES] == list(map(repr, BODIES))


def test_a_frame_byte_by_byte(gateway, device):
    device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for number in frame(b"slow") + frame(b"again"):
        device.sendall(bytes([number]))
    assert [acknowledged(device) for _ in range(2)] == [b"ok 1", b"ok 2"]
    assert [printed(gateway), printed(gateway)] == ["b'slow'", "b'again'"]


def test_half_a_frame_waits_for_the_other_half(gateway, device):
    whole = frame(b"first") + frame(b"second")
    device.sendall(whole[:12])
    assert acknowledged(device) == b"ok 1"
    device.sendall(whole[12:])
    assert acknowledged(device) == b"ok 2"


def test_the_end_between_frames_is_fine(gateway, device):
    device.sendall(frame(b"last"))
    device.shutdown(socket.SHUT_WR)
    assert read_to_end(device) == frame(b"ok 1")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"\0\0", "the peer ended within a head"),
        (frame(b"whole")[:-1], "the peer ended within a frame"),
        (frame(b"whole")[:4], "the peer ended within a frame"),
        (frame(b""), None),
    ],
    ids=["head", "body", "head only", "whole"],
)
def test_the_end_within_a_frame_is_an_error(gateway, device, sent, said):
    device.sendall(sent)
    device.shutdown(socket.SHUT_WR)
    read_to_end(device)
    if said is not None:
        assert gateway.error().endswith(said)


def test_a_length_that_is_too_long_ends_the_connection(gateway, device):
    device.sendall(b"GET / HTTP/1.1\r\n\r\n")
    try:
        assert read_to_end(device) == b""
    except ConnectionResetError:
        pass  # it had sent more than was read
    assert gateway.error().endswith("a frame of 1,195,725,856 bytes is too long")
