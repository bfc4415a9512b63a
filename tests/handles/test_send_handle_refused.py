"""send_handle(): handles that cannot travel, and descriptions that arrive and do not fit."""

from __future__ import annotations

import os
import resource
import socket

import pytest

import pynet
from frames import frame, send_with
from helpers import Recorder, printed, run_script, wait_until

# --- what cannot travel ---


def refused(sender, handle, error, code, **options):
    with pytest.raises(error) as info:
        sender.send_handle(handle, **options)
    assert info.value.code == code
    return info.value


@pytest.mark.parametrize("handle", [5, "text", object(), pynet.EventEmitter(), pynet.BlockList()])
def test_wrong_kinds(channel, handle):
    refused(channel[0], handle, TypeError, "ERR_INVALID_HANDLE_TYPE")


def test_a_closed_file(channel, tmp_path):
    a, b = socket.socketpair()
    a.close()
    b.close()
    refused(channel[0], a, TypeError, "ERR_INVALID_HANDLE_TYPE")


def test_a_socket_cannot_send_itself(channel):
    refused(channel[0], channel[0], TypeError, "ERR_INVALID_HANDLE_TYPE")


def test_not_connected(channel):
    refused(channel[0], pynet.Socket(), pynet.NetError, "ENOTCONN")


def test_a_server_that_does_not_listen(channel):
    refused(channel[0], pynet.Server(), pynet.NetError, "ERR_SERVER_NOT_RUNNING")


def test_a_bound_socket_that_was_adopted(channel, opened):
    bound = pynet.BoundSocket(host="127.0.0.1")
    opened(pynet.Server().listen(bound))
    refused(channel[0], bound, pynet.NetError, "ERR_SOCKET_HANDLE_ADOPTED")


def test_unread_data(channel, connection):
    sender, _receiver = channel
    sock, client = connection
    client.sendall(b"read")
    sock.read()
    assert wait_until(lambda: sock.readable_length == 4)
    refused(sender, sock, pynet.NetError, "ERR_SOCKET_UNREAD_DATA")
    assert sock.read() == b"read"
    client.sendall(b"more")
    assert sock.read_exactly(4) == b"more"


def test_unsent_data(channel, connection):
    sender, _receiver = channel
    sock, client = connection
    while sock.write(b"x" * 65536):
        pass
    refused(sender, sock, pynet.NetError, "ERR_SOCKET_UNSENT_DATA")
    assert not sock.destroyed
    waiting = sock.writable_length
    while sock.writable_length == waiting:
        client.recv(65536)


def test_a_channel_over_tcp(connection, where, kind):
    sock, _client = connection
    if kind == "tcp":
        refused(sock, None, TypeError, "ERR_INVALID_HANDLE_TYPE")


@pytest.mark.parametrize(("over", "code"), [("destroy", "ERR_STREAM_DESTROYED"), ("end", "ERR_STREAM_WRITE_AFTER_END")])
def test_a_channel_that_is_over(channel, connection, over, code):
    sender, _receiver = channel
    sock, client = connection
    with pynet.turn():  # else the peer may have ended it as well by then
        getattr(sender, over)()
        refused(sender, sock, pynet.NetError, code)
    sock.write("here")
    assert client.recv(4) == b"here"


def test_bad_arguments(channel, connection):
    sender, _receiver = channel
    sock, _client = connection
    refused(sender, sock, TypeError, "ERR_INVALID_ARG_TYPE", message="text")
    refused(sender, sock, ValueError, "ERR_OUT_OF_RANGE", message=bytes(65537))
    refused(sender, sock, TypeError, "ERR_INVALID_ARG_TYPE", callback=5)
    assert not sock.destroyed


def test_no_descriptor_is_left_to_duplicate(channel, connection):
    sender, _receiver = channel
    sock, client = connection
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (4, limits[1]))
    try:
        refused(sender, sock, pynet.NetError, "EMFILE")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    sock.write("here")
    assert client.recv(4) == b"here"


def test_destroy_closes_the_unsent(raw, opened):
    sender, _theirs = raw()
    pairs = []
    answers = []
    while sender.writable_length < 5000:
        a, b = socket.socketpair()
        pairs.append(b)
        sender.send_handle(pynet.Socket(fd=a.detach()), b"x" * 1000, callback=answers.append)
        assert len(pairs) < 1000
    sender.destroy()
    assert wait_until(lambda: len(answers) == len(pairs))
    assert answers[-1].code in ("ECANCELED", "ERR_STREAM_DESTROYED")
    pairs[-1].settimeout(5)
    assert pairs[-1].recv(1) == b""
    for each in pairs:
        each.close()


def test_a_list_of_proxies_that_is_too_long(channel, opened):
    sender, _receiver = channel
    trusted = [f"10.{n >> 8}.{n & 255}.0/24" for n in range(4000)]
    server = pynet.Server(proxy_protocol=trusted).listen(0, "127.0.0.1")
    opened(server)
    refused(sender, server, TypeError, "ERR_INVALID_HANDLE_TYPE")
    assert server.listening


# --- invalid handles that arrive ---


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 6, 200])
def test_a_descriptor_of_another_kind(raw, null_fd, kind):
    sock, theirs = raw(receive_handles=True)
    events = Recorder(sock, "handle", "error", "close")
    about = b'[[0,0,1,1,1,0,0,0,null,0,"utf8",0,null],null]' if kind != 4 else b"[null]"
    fd = null_fd()
    send_with(theirs, frame(len(about).to_bytes(2, "big") + about, kind, 1), fd)
    os.close(fd)
    events.wait("close")
    assert events.names == ["error", "close"]
    assert events["error"].code == "ERR_IPC_INVALID_FRAME"


@pytest.mark.parametrize(
    "about", [b"", b"\0", b"\0\2[]", b"\0\4[[]]", b"\xff\xff[]", b'\0\x0c[[1,2,3],"a"]', b"\0\4\xff\xff[]"]
)
@pytest.mark.parametrize("kind", [1, 3, 4])
def test_a_description_that_does_not_fit(raw, about, kind):
    sock, theirs = raw(receive_handles=True)
    events = Recorder(sock, "handle", "error", "close")
    a, b = socket.socketpair()
    send_with(theirs, frame(about, kind, 1), a.fileno())
    a.close()
    b.settimeout(5)
    events.wait("close")
    assert events.names == ["error", "close"]
    assert events["error"].code == "ERR_IPC_INVALID_FRAME"
    assert b.recv(1) == b""
    b.close()


@pytest.mark.parametrize("about", ["[[1],null]", "[[],null]", "[" * 60000], ids=["short", "empty", "deep"])
def test_a_description_of_a_socket_that_does_not_fit(raw, about):
    sock, theirs = raw(receive_handles=True)
    events = Recorder(sock, "handle", "error", "close")
    a, b = socket.socketpair()
    send_with(theirs, frame(len(about).to_bytes(2, "big") + about.encode(), 2, 1), a.fileno())
    a.close()
    b.settimeout(5)
    events.wait("close")
    assert events.names == ["error", "close"]
    assert events["error"].code == "ERR_IPC_INVALID_FRAME"
    assert b.recv(1) == b""
    b.close()


@pytest.mark.parametrize("backlog", ['"x"', "true", "1" + "0" * 30, "null"])
def test_a_backlog_that_does_not_fit(raw, backlog):
    """The server does not listen on, unseen."""
    sock, theirs = raw(receive_handles=True)
    events = Recorder(sock, "handle", "error", "close")
    about = f'[{{"listeners":1,"max_connections":null,"backlog":{backlog}}},null]'.encode()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        send_with(theirs, frame(len(about).to_bytes(2, "big") + about, 3, 1), listener.fileno())
        events.wait("close")
    assert events.names == ["error", "close"]
    assert events["error"].code == "ERR_IPC_INVALID_FRAME"


def test_emfile_drops_that_handle_only(channel, connection, opened):
    sender, receiver = channel
    sock, _client = connection
    events = Recorder(receiver, "error", "handle", "close")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with pynet.turn():
        sender.send_handle(sock)
        sender.send_handle(None, b"next")
        resource.setrlimit(resource.RLIMIT_NOFILE, (4, limits[1]))
    try:
        assert wait_until(lambda: len(events.names) == 2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert events.names == ["error", "handle"]
    assert events["error"].code == "EMFILE"
    assert events.args("handle") == [(None, b"next")]
    assert not receiver.destroyed
    with pynet.BoundSocket(host="127.0.0.1") as bound:
        sender.send_handle(bound)
        events.wait("handle", 2)
        opened(events.args("handle")[1][0])


def test_ctrl_c_while_a_handle_is_made_ends_run():
    """That handle is lost; the socket goes on."""
    script = """
        import signal, socket
        import pynet
        from pynet import _handles

        a, b = socket.socketpair()
        unpack = _handles._unpack

        def interrupted(message):
            _handles._unpack = unpack
            signal.raise_signal(signal.SIGINT)

        _handles._unpack = interrupted

        def main():
            sender, receiver = pynet.Socket(fd=a.detach()), pynet.Socket(fd=b.detach(), receive_handles=True)
            receiver.on("handle", lambda handle, message: (print(message), handle.close(), sender.end()))
            sender.send_handle(pynet.BoundSocket(host="127.0.0.1"), b"one")
            sender.send_handle(pynet.BoundSocket(host="127.0.0.1"), b"two")

        try:
            pynet.run(main)
        except KeyboardInterrupt:
            print("Ctrl-C")
        pynet.run()
    """
    assert printed(run_script(script)) == ["Ctrl-C", "b'two'"]


def test_destroy_within_handle(channel):
    sender, receiver = channel
    sender.on("error", lambda _err: None)  # it is reset: some handles are left
    got = []

    def on_handle(handle, _message):
        got.append(handle)
        handle.destroy()
        receiver.destroy()

    pairs = [socket.socketpair() for _ in range(3)]
    with pynet.turn():
        receiver.on("handle", on_handle)
        for a, _b in pairs:
            sender.send_handle(pynet.Socket(fd=a.detach()))
    assert wait_until(lambda: receiver.closed)
    assert len(got) == 1
    for _a, b in pairs:
        b.settimeout(5)
        assert b.recv(1) == b""
        b.close()


@pytest.mark.parametrize("option", [{"onread": {"buffer": bytearray(10), "callback": print}}, {"encoding": "utf8"}])
def test_options_that_do_not_go_together(option):
    with pytest.raises(ValueError, match="receive_handles"):
        pynet.Socket(receive_handles=True, **option)
