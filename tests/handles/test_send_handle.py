"""Socket.send_handle() and the event `handle`: what travels, what arrives, and what is refused."""

from __future__ import annotations

import os
import socket

import pytest

import pynet
from frames import frame, send_with
from helpers import Recorder, raw_client, wait_until
from proxies import CLIENT, V2
from pynet import _private


def receive(receiver: pynet.Socket):
    """Receives one handle: a function that waits for it and returns (handle, message)."""
    got: list[tuple] = []
    receiver.on("handle", lambda *args: got.append(args))

    def one():
        assert wait_until(lambda: got)
        return got.pop(0)

    return one


# --- a Socket ---


def test_a_socket_arrives_with_what_was_sent_to_it(channel, connection, opened):
    sender, receiver = channel
    sock, client = connection
    client.sendall(b"early")
    one = receive(receiver)
    events = Recorder(sock, "close")
    assert sender.send_handle(sock, b"take it") is True
    handle, message = one()
    opened(handle)
    assert message == b"take it"
    assert type(handle) is pynet.Socket
    assert handle.read_exactly(5) == b"early"
    handle.write("answer")
    assert client.recv(6) == b"answer"
    events.wait("close")
    assert events["close"] is False


def test_it_reads_nothing_until_it_is_used(channel, connection, opened):
    sender, receiver = channel
    sock, client = connection
    client.sendall(b"waits")
    one = receive(receiver)
    sender.send_handle(sock)
    handle, _message = one()
    opened(handle)
    client.sendall(b" and waits")
    assert not handle.is_paused()
    assert handle.bytes_read == 0
    data = Recorder(handle, "data")
    data.wait_for(lambda: data.data() == b"waits and waits")


def test_it_can_be_sent_on(channel, connection, opened):
    sender, receiver = channel
    sock, client = connection
    client.sendall(b"far")
    one = receive(receiver)
    sender.send_handle(sock)
    handle, _message = one()
    sender.send_handle(handle)
    again, _message = one()
    opened(again)
    assert handle.destroyed
    assert again.read_exactly(3) == b"far"


def test_its_settings_travel(channel, connection, opened):
    sender, receiver = channel
    a, b = socket.socketpair()
    one = receive(receiver)
    sock = pynet.Socket(
        fd=a.detach(),
        allow_half_open=True,
        readable_high_water_mark=1000,
        writable_high_water_mark=2000,
        max_write_buffer=3000,
        encoding="latin-1",
        default_encoding="utf16le",
    )
    sender.send_handle(sock)
    handle, _message = one()
    opened(handle)
    opened(b)
    assert handle.allow_half_open
    assert (handle.readable_high_water_mark, handle.writable_high_water_mark) == (1000, 2000)
    b.sendall(b"\xe4")
    assert handle.wait("data")[0] == "ä"
    handle.write("x")
    assert b.recv(2) == b"x\0"


def test_an_ended_half_stays_ended(channel, opened):
    sender, receiver = channel
    a, b = socket.socketpair()
    opened(b)
    one = receive(receiver)
    sock = pynet.Socket(fd=a.detach(), allow_half_open=True)
    sock.end()
    sock.wait("finish")
    sender.send_handle(sock)
    handle, _message = one()
    opened(handle)
    assert not handle.writable
    b.sendall(b"still")
    assert handle.read_exactly(5) == b"still"


def test_listeners_do_not_travel(channel, connection, opened):
    sender, receiver = channel
    sock, _client = connection
    sock.on("data", lambda _chunk: None).pause()
    one = receive(receiver)
    sender.send_handle(sock)
    handle, _message = one()
    opened(handle)
    assert handle.listener_count("data") == 0


def test_keep_open(channel, connection, opened):
    sender, receiver = channel
    sock, client = connection
    one = receive(receiver)
    sender.send_handle(sock, keep_open=True)
    handle, _message = one()
    opened(handle)
    assert not sock.destroyed
    sock.write("a")
    assert client.recv(1) == b"a"
    handle.write("b")
    assert client.recv(1) == b"b"


def test_the_server_of_the_sender_counts_it_no_more(channel, opened):
    sender, receiver = channel
    accepted = []
    server = pynet.create_server({"pause_on_connect": True}, accepted.append).listen(0, "127.0.0.1")
    opened(server)
    client = raw_client(server)
    opened(client)
    assert wait_until(lambda: accepted)
    one = receive(receiver)
    sender.send_handle(accepted[0])
    opened(one()[0])
    assert server.connections == []


# --- other handles ---


def test_the_header_of_the_proxy_travels(channel, proxied, opened):
    sender, receiver = channel
    one = receive(receiver)
    before = proxied.proxy, proxied.remote_address, proxied.remote_port, proxied.local_port
    sender.send_handle(proxied)
    handle, _message = one()
    opened(handle)
    assert (handle.proxy, handle.remote_address, handle.remote_port, handle.local_port) == before
    assert handle.proxy is not None
    assert handle.read_exactly(4) == b"data"


@pytest.mark.parametrize("trusted", [["127.0.0.0/8"], True], ids=["list", "everybody"])
@pytest.mark.filterwarnings("ignore:proxy_protocol=True")
def test_a_server_arrives_with_its_proxies(channel, opened, trusted):
    sender, receiver = channel
    one = receive(receiver)
    sender.send_handle(pynet.Server(proxy_protocol=trusted, proxy_untrusted="direct").listen(0, "127.0.0.1"))
    handle, _message = one()
    opened(handle)
    assert handle.proxy_protocol == (pynet.BlockList(trusted) if isinstance(trusted, list) else True)
    with raw_client(handle) as client:
        client.sendall(V2)
        sock = handle.accept()
        opened(sock)
        assert (sock.remote_address, sock.remote_port) == CLIENT


def test_an_invalid_header_that_arrives(raw):
    sock, theirs = raw(receive_handles=True)
    events = Recorder(sock, "handle", "error", "close")
    a, b = socket.socketpair()
    about = b'[[1,0,1,1,1,0,0,0,null,0,"utf8",0,"PROXY TCP4"],null]'
    send_with(theirs, frame(len(about).to_bytes(2, "big") + about, 2, 1), a.fileno())
    a.close()
    b.close()
    events.wait("close")
    assert events["error"].code == "ERR_IPC_INVALID_FRAME"


def test_a_server_arrives_listening(channel, where, opened):
    sender, receiver = channel
    limits = {"max_connections_per_address": 5, "accept_rate": (9, 2.5), "ipv6_prefix": 56}
    server = pynet.Server(limits, allow_half_open=True, high_water_mark=100).listen(*where)
    address = server.address()
    server.max_connections = 7
    one = receive(receiver)
    sender.send_handle(server, b"serve")
    handle, message = one()
    opened(handle)
    assert message == b"serve"
    assert not server.listening
    assert handle.listening
    assert handle.address() == address
    assert handle.max_connections == 7
    assert {name: getattr(handle, name) for name in limits} == limits
    client = raw_client(handle)
    opened(client)
    accepted = []
    handle.on("connection", accepted.append)
    assert wait_until(lambda: accepted)
    opened(accepted[0])
    assert accepted[0].allow_half_open


def test_a_server_with_several_places(channel, tmp_path, opened):
    sender, receiver = channel
    paths = [str(tmp_path / name) for name in "abc"]
    server = pynet.Server().listen(paths)
    one = receive(receiver)
    sender.send_handle(server)
    handle, _message = one()
    assert handle.addresses == paths
    handle.close()
    assert os.listdir(tmp_path) == []


@pytest.fixture
def partly_sent(channel, tmp_path, opened, monkeypatch):
    """The channel, after two descriptors of a server with three: there was no memory for the third one."""
    sender, _receiver = channel
    server = pynet.Server().listen([str(tmp_path / name) for name in "abc"])
    opened(server)
    send, calls = _private.send_frame, []

    def fails_later(*args):
        calls.append(args)
        if len(calls) == 3:
            os.close(args[3])  # it takes over the descriptor
            raise MemoryError
        return send(*args)

    with monkeypatch.context() as patch:
        patch.setattr(_private, "send_frame", fails_later)
        with pytest.raises(MemoryError):
            sender.send_handle(server)
    assert server.listening
    return channel


def test_a_server_behind_one_that_was_sent_in_part(partly_sent, tmp_path, opened):
    sender, receiver = partly_sent
    one = receive(receiver)
    paths = [str(tmp_path / name) for name in "de"]
    sender.send_handle(pynet.Server().listen(paths))
    handle, _message = one()
    opened(handle)
    assert handle.addresses == paths


def test_another_handle_behind_a_server_that_was_sent_in_part(partly_sent, connection, opened):
    sender, receiver = partly_sent
    one = receive(receiver)
    sender.send_handle(connection[0], b"next")
    handle, message = one()
    opened(handle)
    assert message == b"next"


def test_the_file_of_a_server_moves_with_it(channel, tmp_path):
    sender, receiver = channel
    path = str(tmp_path / "s")
    server = pynet.Server().listen(path)
    one = receive(receiver)
    sender.send_handle(server)
    handle, _message = one()
    server.wait("close")
    assert os.path.exists(path)
    handle.close()
    assert not os.path.exists(path)


def test_the_file_stays_with_a_server_that_is_kept(channel, tmp_path, opened):
    sender, receiver = channel
    path = str(tmp_path / "s")
    server = pynet.Server().listen(path)
    opened(server)
    one = receive(receiver)
    sender.send_handle(server, keep_open=True)
    handle, _message = one()
    assert server.listening
    handle.close()
    assert os.path.exists(path)


def test_a_bound_socket(channel, kind, tmp_path, opened):
    sender, receiver = channel
    path = str(tmp_path / "b")
    bound = pynet.BoundSocket(host="127.0.0.1") if kind == "tcp" else pynet.BoundSocket(path=path)
    address = bound.address()
    one = receive(receiver)
    sender.send_handle(bound)
    handle, _message = one()
    assert handle.address() == address
    with pytest.raises(pynet.NetError) as info:
        bound.address()
    assert info.value.code == "ERR_SOCKET_HANDLE_ADOPTED"
    server = pynet.Server().listen(handle)
    assert server.address() == address
    server.close()
    assert not os.path.exists(path)


def test_a_bound_socket_that_is_kept(channel, tmp_path):
    sender, receiver = channel
    path = str(tmp_path / "b")
    with pynet.BoundSocket(path=path) as bound:
        one = receive(receiver)
        sender.send_handle(bound, keep_open=True)
        one()[0].close()
        assert bound.address() == path
        assert os.path.exists(path)


def test_a_socket_of_python(channel, opened):
    sender, receiver = channel
    a, b = socket.socketpair()
    opened(a)
    opened(b)
    one = receive(receiver)
    sender.send_handle(a)
    handle, _message = one()
    opened(handle)
    assert isinstance(handle, socket.socket)
    handle.send(b"1")
    a.send(b"2")
    assert wait_until(lambda: b.recv(2, socket.MSG_PEEK) == b"12")


def test_an_object_with_a_descriptor_arrives_as_a_number(channel, tmp_path):
    sender, receiver = channel
    one = receive(receiver)
    with open(tmp_path / "f", "wb") as file:
        sender.send_handle(file)
        handle, _message = one()
        os.write(handle, b"text")
        os.close(handle)
    assert (tmp_path / "f").read_bytes() == b"text"


def test_a_message_alone(channel):
    sender, receiver = channel
    one = receive(receiver)
    sender.send_handle(None, bytearray(b"only text"))
    assert one() == (None, b"only text")


def test_the_longest_message(channel, connection, opened):
    sender, receiver = channel
    sock, _client = connection
    one = receive(receiver)
    sender.send_handle(sock, b"m" * 65536)
    handle, message = one()
    opened(handle)
    assert message == b"m" * 65536


# --- write's rules ---


def test_back_pressure_and_drain(channel):
    sender, receiver = channel
    receiver.pause()
    sent = []
    events = Recorder(sender, "drain")
    count = 0
    while sender.send_handle(None, b"x" * 60_000, callback=sent.append):
        count += 1
        assert count < 1000
    got = []
    receiver.on("handle", lambda *args: got.append(args))
    receiver.resume()
    events.wait("drain")
    assert wait_until(lambda: len(got) == len(sent) == count + 1)
    assert set(sent) == {None}


def test_end_comes_behind_the_handles(channel, connection, opened):
    sender, receiver = channel
    sock, _client = connection
    events = Recorder(receiver, "handle", "end")
    sender.send_handle(sock)
    sender.end()
    events.wait("end")
    assert events.names == ["handle", "end"]
    opened(events.args("handle")[0][0])


def test_a_listener_that_is_added_late(channel, connection, opened):
    sender, receiver = channel
    sock, _client = connection
    sender.send_handle(sock)
    sender.send_handle(None, b"second")
    assert wait_until(lambda: receiver.bytes_read > 0)
    one = receive(receiver)
    opened(one()[0])
    assert one() == (None, b"second")


def test_wait_for_a_handle(channel):
    sender, receiver = channel
    sender.send_handle(None, b"1")
    assert receiver.wait("handle") == (None, b"1")
