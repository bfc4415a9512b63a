"""examples/chat.py: who reads what, and who is dropped."""

import socket

import pytest

from peers import read_exactly, read_to_end


@pytest.fixture
def join(program, dial, kind, tmp_path):
    """join(name, receive_buffer=None): a member that is in."""
    started = program("chat.py", 0 if kind == "tcp" else tmp_path / "chat.sock")
    place = started.port if kind == "tcp" else started.line().removeprefix("listening on ")

    def enter(name: str) -> socket.socket:
        sock = dial(place)
        assert read_exactly(sock, 11) == b"your name?\n"
        sock.sendall(name.encode() + b"\n")
        return sock

    enter.program = started
    started.expected = ("ECONNRESET", "EPIPE")  # a member that closes and has not read all
    enter.place = place
    return enter


def line(sock: socket.socket) -> str:
    data = bytearray()
    while not data.endswith(b"\n"):
        data += read_exactly(sock, 1)
    return data.decode().rstrip("\n")


def test_all_others_read_what_a_member_says(join):
    ada = join("ada")
    bob = join("bob")
    assert line(ada) == "* bob has come"
    eve = join("eve")
    assert line(ada) == line(bob) == "* eve has come"
    bob.sendall("grüß Gott\n".encode())
    assert line(ada) == line(eve) == "bob: grüß Gott"
    eve.close()
    assert line(ada) == line(bob) == "* eve has gone"


def test_control_characters_are_left_out(join):
    ada, bob = join("ada"), join("b\x1b[1mob")
    assert line(ada) == "* b[1mob has come"
    bob.sendall(b"\x1b[2Jred\r\n")
    assert line(ada) == "b[1mob: [2Jred"


def test_a_line_that_is_too_long_ends_its_member(join):
    ada, bob = join("ada"), join("bob")
    assert line(ada) == "* bob has come"
    bob.sendall(b"x" * 1001 + b"\n")
    assert read_to_end(bob).endswith(b"too long\n")
    assert line(ada) == "* bob has gone"


def test_a_member_that_does_not_read_is_dropped(join):
    ada = join("ada")
    join("sloth")
    assert line(ada) == "* sloth has come"
    bob = join("bob")
    assert line(ada) == "* bob has come"
    heard = ada.makefile("rb")
    for _ in range(10_000):  # 20 MB at most: more than all buffers between two sockets
        bob.sendall(b"x" * 999 + b"\n" + b"y" * 999 + b"\n")
        if b"* sloth has gone\n" in (heard.readline(), heard.readline()):
            break
    else:
        pytest.fail("sloth was not dropped")
    assert "ERR_WRITE_BUFFER_FULL" in join.program.error()


def test_the_end_is_said(join):
    ada = join("ada")
    bob = join("bob")
    assert line(ada) == "* bob has come"
    bob.close()
    assert line(ada) == "* bob has gone"
    join.program.terminate()
    assert read_to_end(ada) == b"* the chat closes\n"
