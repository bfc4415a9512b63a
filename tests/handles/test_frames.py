"""Frames with descriptors over a unix socket: _send_frame() and _receive_frames()."""

from __future__ import annotations

import os

import pytest

import pynet
from frames import Frames, frame, is_closed, send_with
from helpers import Recorder, run_script, wait_until
from pynet._pynet import _receive_frames, _send_frame


def test_kind_message_and_descriptor_arrive(channel):
    sender, receiver = channel
    got = Frames(receiver)
    r, w = os.pipe()
    assert _send_frame(sender, 200, b"hello", r, None) is True
    ((kind, flags, message, fd),) = got.wait(1)
    assert (kind, flags, message) == (200, 1, b"hello")
    os.write(w, b"x")
    assert os.read(fd, 1) == b"x"
    assert not os.get_inheritable(fd)
    os.close(fd)
    os.close(w)
    assert wait_until(lambda: is_closed(r))


def test_a_frame_without_descriptor(channel):
    sender, receiver = channel
    got = Frames(receiver)
    _send_frame(sender, 0, memoryview(b"text"), -1, None)
    assert got.wait(1) == [(0, 0, b"text", -1)]


def test_more_than_the_kernel_takes_arrives_in_order(channel, null_fd):
    sender, receiver = channel
    got, count, sent = Frames(receiver), 700, []
    receiver.pause()
    for i in range(count):
        _send_frame(sender, i % 256, b"m" * (i % 300), null_fd() if i % 3 else -1, sent.append)
    assert sender.writable_length > 0
    receiver.resume()
    frames = got.wait(count)
    for i, (kind, _flags, message, fd) in enumerate(frames):
        assert (kind, message, fd >= 0) == (i % 256, b"m" * (i % 300), i % 3 > 0)
        if fd >= 0:
            os.close(fd)
    assert wait_until(lambda: len(sent) == count)
    assert set(sent) == {None}


def test_corked_frames_leave_together(channel, null_fd):
    sender, receiver = channel
    got = Frames(receiver)
    sender.cork()
    for i in range(5):
        _send_frame(sender, i, b"", null_fd(), None)
    assert sender.writable_length == 30
    sender.uncork()
    assert [f[0] for f in got.wait(5)] == [0, 1, 2, 3, 4]
    for f in got.frames:
        os.close(f[3])


def test_destroy_closes_what_is_unsent(raw, null_fd):
    sock, _theirs = raw()
    fds, answers = [null_fd() for _ in range(800)], []
    for fd in fds:
        _send_frame(sock, 1, b"x" * 1000, fd, answers.append)
    assert sock.writable_length > 0
    sock.destroy()
    assert wait_until(lambda: len(answers) == 800)
    assert any(answers)
    assert all(map(is_closed, fds))


def test_max_write_buffer(raw, null_fd):
    sock, _theirs = raw(max_write_buffer=5000)
    events = Recorder(sock, "error", "close")
    fds = []
    while not sock.destroyed and len(fds) < 2000:
        fds.append(null_fd())
        _send_frame(sock, 1, b"x" * 1000, fds[-1], None)
    assert events.wait("close")
    assert sock.destroyed
    assert wait_until(lambda: all(map(is_closed, fds)))


@pytest.mark.parametrize("over", ["destroyed", "ended"])
def test_a_stream_that_is_over_refuses(raw, null_fd, over):
    sock, _theirs = raw()
    sock.on("error", lambda _err: None)
    sock.destroy() if over == "destroyed" else sock.end()
    fd, answers = null_fd(), []
    assert _send_frame(sock, 1, b"", fd, answers.append) is False
    assert is_closed(fd)
    assert wait_until(lambda: answers)
    assert answers[0].code == ("ERR_STREAM_DESTROYED" if over == "destroyed" else "ERR_STREAM_WRITE_AFTER_END")


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ((256, b"", None), "ERR_OUT_OF_RANGE"),
        ((-1, b"", None), "ERR_OUT_OF_RANGE"),
        ((0, "text", None), "ERR_INVALID_ARG_TYPE"),
        ((0, bytes(70_000), None), "ERR_OUT_OF_RANGE"),
        ((0, b"", 5), "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_bad_arguments_close_the_descriptor(raw, null_fd, args, error):
    sock, _theirs = raw()
    fd = null_fd()
    kind, message, callback = args
    with pytest.raises((TypeError, ValueError)) as info:
        _send_frame(sock, kind, message, fd, callback)
    assert info.value.code == error
    assert is_closed(fd)


def test_tcp_carries_no_frames(null_fd):
    with pynet.create_server().listen(0, "127.0.0.1") as server, pynet.connect(server.address()) as client:
        client.wait("connect")
        fd = null_fd()
        with pytest.raises(TypeError, match="unix socket") as info:
            _send_frame(client, 1, b"", fd, None)
        assert info.value.code == "ERR_INVALID_HANDLE_TYPE"
        assert is_closed(fd)
        client.destroy()


def test_a_fifo_carries_no_frames():
    r, w = os.pipe()
    sock = pynet.Socket(fd=w, readable=False)
    with pytest.raises(TypeError, match="unix socket"):
        _send_frame(sock, 1, b"", -1, None)
    sock.destroy()
    os.close(r)


def test_not_connected_raises(null_fd):
    fd = null_fd()
    with pytest.raises(pynet.NetError) as info:
        _send_frame(pynet.Socket(), 1, b"", fd, None)
    assert info.value.code == "ENOTCONN"
    assert is_closed(fd)


def test_frames_before_the_connection(tmp_path, null_fd):
    got = []

    def on_connection(sock):
        got.append(Frames(sock))

    server = pynet.Server(on_connection, socket_factory=lambda **o: pynet.Socket(receive_handles=True, **o))
    server.listen(str(tmp_path / "s"))
    client = pynet.Socket()
    with pynet.turn():
        client.connect(str(tmp_path / "s"))
        _send_frame(client, 9, b"early", null_fd(), None)
    assert wait_until(lambda: got)
    ((kind, _flags, message, fd),) = got[0].wait(1)
    assert (kind, message) == (9, b"early")
    os.close(fd)
    client.destroy()
    got[0].sock.destroy()
    server.close()


# --- invalid frames ---


def bad(raw, data: bytes, *fds: int):
    """The error that these bytes and descriptors cause, on a socket that receives frames."""
    sock, theirs = raw(receive_handles=True)
    events = Recorder(sock, "error", "close")
    frames = Frames(sock)
    send_with(theirs, data, *fds) if fds else theirs.sendall(data)
    for fd in fds:
        os.close(fd)
    assert events.wait("close")
    error = events["error"]
    assert sock.destroyed
    for f in frames.frames:
        if f[3] >= 0:
            os.close(f[3])
    return error, frames.frames


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff\0\0", b"\0\1\4\1\0\0", frame(flags=2), b"GET / HTTP/1.1\r\n"])
def test_what_is_no_frame(raw, data):
    error, frames = bad(raw, data)
    assert error.code == "ERR_IPC_INVALID_FRAME"
    assert frames == []


def test_the_frames_before_it_arrive(raw):
    error, frames = bad(raw, frame(b"good") + frame(flags=2) + frame(b"behind"))
    assert error.code == "ERR_IPC_INVALID_FRAME"
    assert [f[2] for f in frames] == [b"good"]


def test_a_flag_without_a_descriptor(raw):
    error, frames = bad(raw, frame(flags=1))
    assert "without its descriptor" in str(error)
    assert frames == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_more_descriptors_than_frames(raw, null_fd, count):
    error, frames = bad(raw, frame(flags=1 if count > 1 else 0), *[null_fd() for _ in range(count)])
    assert "More descriptors" in str(error)
    assert len(frames) == 1


def test_more_descriptors_than_are_kept(raw, null_fd):
    error, frames = bad(raw, b"\0", *[null_fd() for _ in range(200)])
    assert "Too many descriptors" in str(error)
    assert frames == []


def test_an_end_within_a_frame(raw):
    sock, theirs = raw(receive_handles=True)
    events = Recorder(sock, "error", "close", "end")
    Frames(sock)
    theirs.sendall(frame(b"whole")[:-1])
    theirs.close()
    events.wait("close")
    assert events.names == ["error", "close"]
    assert "ended within a frame" in str(events["error"])


def test_other_sockets_go_on(raw, channel):
    sender, receiver = channel
    got = Frames(receiver)
    bad(raw, b"\xff" * 6)
    _send_frame(sender, 1, b"fine", -1, None)
    assert got.wait(1)[0][2] == b"fine"


# --- reading ---


def test_nothing_is_read_before_something_takes_it(raw, null_fd):
    sock, theirs = raw(receive_handles=True)
    fd = null_fd()
    for i in range(3):
        send_with(theirs, frame(kind=i, flags=1), fd)
    os.close(fd)
    assert wait_until(lambda: sock.bytes_read == 6)
    got = Frames(sock)
    assert [f[0] for f in got.wait(3)] == [0, 1, 2]
    for f in got.frames:
        os.close(f[3])


def test_pause_within_a_frame_holds_the_next(raw):
    sock, theirs = raw(receive_handles=True)
    got = []

    def take(kind, _flags, _message, _fd):
        got.append(kind)
        sock.pause()

    _receive_frames(sock, take)
    theirs.sendall(frame(kind=1) + frame(kind=2) + frame(kind=3))
    for i in range(1, 4):
        assert wait_until(lambda i=i: len(got) == i)
        assert sock.is_paused()
        sock.resume()
    assert got == [1, 2, 3]


def test_destroy_within_a_frame_closes_what_follows(raw, null_fd):
    sock, theirs = raw(receive_handles=True)
    got = []

    def take(_kind, _flags, _message, fd):
        got.append(fd)
        sock.destroy()

    with pynet.turn():
        _receive_frames(sock, take)
        for _ in range(5):
            fd = null_fd()
            send_with(theirs, frame(flags=1), fd)
            os.close(fd)
    assert wait_until(lambda: sock.closed)
    assert len(got) == 1
    os.close(got[0])


def test_a_message_in_pieces(raw, null_fd):
    sock, theirs = raw(receive_handles=True)
    got = Frames(sock)
    data, fd = frame(b"pieces", 5, 1), null_fd()
    send_with(theirs, data[:1], fd)
    os.close(fd)
    for i in range(1, len(data)):
        theirs.sendall(data[i : i + 1])
        assert wait_until(lambda i=i: sock.bytes_read == i + 1)
    assert got.wait(1)[0][:3] == (5, 1, b"pieces")
    os.close(got.frames[0][3])


def test_end_comes_behind_the_last_frame(raw):
    sock, theirs = raw(receive_handles=True)
    events = Recorder(sock, "end", "close")
    _receive_frames(sock, events.note("frame"))
    theirs.sendall(frame() * 3)
    theirs.close()
    events.wait("close")
    assert events.names == ["frame", "frame", "frame", "end", "close"]


def test_a_raising_function_in_run(raw):
    done = run_script("""
        import socket, struct, pynet
        from pynet._pynet import _receive_frames
        a, b = socket.socketpair()
        got = []
        def take(kind, flags, message, fd):
            got.append(kind)
            if kind == 1:
                raise ValueError("one")
        def main():
            sock = pynet.Socket(fd=a.detach(), receive_handles=True)
            _receive_frames(sock, take)
            for i in range(4):
                b.sendall(struct.pack(">IBB", 0, i, 0))
            b.close()
        try:
            pynet.run(main)
        except ValueError as error:
            print(error, got)
        pynet.run()
        print(got)
    """)
    assert done.stdout.split("\n")[:2] == ["one [0, 1]", "[0, 1, 2, 3]"], done


def test_a_descriptor_that_this_process_cannot_open():
    done = run_script("""
        import os, resource, socket, pynet
        from pynet._pynet import _receive_frames, _send_frame
        a, b = socket.socketpair()
        got = []
        sender, receiver = pynet.Socket(fd=a.detach()), pynet.Socket(fd=b.detach(), receive_handles=True)
        pynet.set_timeout(lambda: None, 0)
        with pynet.turn():
            _receive_frames(receiver, lambda *args: got.append(args))
            for i in range(3):
                _send_frame(sender, i, b"", os.open("/dev/null", os.O_RDONLY) if i < 2 else -1, None)
            top = max(map(int, os.listdir("/proc/self/fd")))
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        import time
        end = time.monotonic() + 5
        while len(got) < 3 and time.monotonic() < end:
            time.sleep(0.01)
        print(got, receiver.destroyed)
    """)
    assert done.stdout == "[(0, 1, b'', -1), (1, 1, b'', -1), (2, 0, b'', -1)] False\n", done


def test_a_socket_without_the_option_gets_no_descriptor(raw):
    sock, theirs = raw()
    events = Recorder(sock, "data")
    r, w = os.pipe()
    send_with(theirs, b"bytes", r)
    os.close(r)
    events.wait("data")
    assert events.data() == b"bytes"
    with pytest.raises(BrokenPipeError):  # the kernel has closed the only reading end
        os.write(w, b"x")
    os.close(w)
