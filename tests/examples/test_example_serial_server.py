"""examples/serial_server.py with a pseudo-terminal in the place of the device."""

import os
import socket
import termios
import threading

import pytest

from peers import read_exactly, read_to_end


@pytest.fixture
def device():
    """(what the device reads and writes, the path of the serial port)."""
    ours, theirs = os.openpty()
    yield ours, os.ttyname(theirs)
    os.close(theirs)
    os.close(ours)


@pytest.fixture
def bridge(device, program):
    """The program, and the device's end. Without the device the program would end before it gets SIGTERM."""
    started = program("serial_server.py", device[1], 115200, 0)
    started.place = started.port
    return started, device[0]


def read_device(fd: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += os.read(fd, size - len(data))
    return data


def test_every_client_gets_what_the_device_says(bridge, dial):
    started, device = bridge
    clients = [dial(started.place) for _ in range(3)]
    for number, client in enumerate(clients):  # all are accepted when the device has what they say
        client.sendall(b"%d" % number)
    assert sorted(read_device(device, 3)) == [*b"012"]
    os.write(device, b"21.5 C\r\n\x03\x04")  # raw: control characters are data
    assert [read_exactly(client, 10) for client in clients] == [b"21.5 C\r\n\x03\x04"] * 3


def test_the_device_gets_what_each_client_says(bridge, dial):
    started, device = bridge
    first, second = dial(started.place), dial(started.place)
    first.sendall(b"one\n")
    assert read_device(device, 4) == b"one\n"
    second.sendall(b"two\n")
    assert read_device(device, 4) == b"two\n"


def test_a_device_that_is_slower_than_a_client_loses_nothing(bridge, dial):
    started, device = bridge
    client = dial(started.place)
    sent = bytes(range(256)) * 1000
    sender = threading.Thread(target=client.sendall, args=[sent])
    sender.start()
    assert read_device(device, len(sent)) == sent
    sender.join()


def test_the_port_is_set(bridge, device):
    fd = os.open(device[1], os.O_RDWR | os.O_NOCTTY)
    settings = termios.tcgetattr(fd)
    os.close(fd)
    assert settings[4] == settings[5] == termios.B115200
    assert not settings[3] & (termios.ECHO | termios.ICANON)


def test_the_program_ends_when_the_device_is_unplugged(program, dial):
    ours, theirs = os.openpty()
    started = program("serial_server.py", os.ttyname(theirs), 9600, 0)
    client = dial(started.port)
    client.sendall(b"x")
    assert read_device(ours, 1) == b"x"
    os.close(theirs)
    os.close(ours)
    client.shutdown(socket.SHUT_WR)
    assert read_to_end(client) == b""
    assert started.wait() == 0
