"""One Socket, connected again after it was closed, refused or destroyed."""

import pynet
from helpers import Recorder, raw_client, target, wait_until


def test_reconnect_after_close(server):
    srv = server(lambda sock: sock.end(b"hi"))
    client = pynet.Socket()
    log = Recorder(client, "connect", "ready", "data", "end", "error", "close")
    for round_number in range(1, 4):
        client.connect(target(srv))
        log.wait("close", times=round_number)
        assert (client.bytes_read, client.bytes_written) == (2, 0)
    assert log.names == ["connect", "ready", "data", "end", "close"] * 3


def test_reconnect_inside_the_close_listener(server):
    srv = server(lambda sock: sock.end(b"hi"))
    client = pynet.Socket()
    log = Recorder(client, "connect", "data", "close")
    client.on("close", lambda had_error: len(log.args("close")) < 5 and client.connect(target(srv)))
    client.connect(target(srv))
    log.wait("close", times=5)
    assert log.names == ["connect", "data", "close"] * 5


def test_reconnect_after_refused(server, where):
    srv = server(lambda sock: sock.end(b"hi"))
    place = target(srv)
    srv.close()
    client = pynet.Socket()
    log = Recorder(client, "connect", "data", "error", "close")
    client.connect(place)
    log.wait("close")
    first = client.errored
    assert first is log["error"]
    srv.listen(place["path"]) if "path" in place else srv.listen(place["port"], place["host"])
    client.connect(place)
    log.wait("close", times=2)
    assert log.names == ["error", "close", "connect", "data", "close"]
    assert log.args("close") == [(True,), (False,)]
    assert client.errored is None


def test_reconnect_after_destroy_before_close(server):
    srv = server(lambda sock: sock.pipe(sock))
    client = pynet.Socket()
    log = Recorder(client, "connect", "data", "close")
    client.connect(target(srv))
    log.wait("connect")
    with pynet.turn():
        client.destroy()
        client.connect(target(srv))
        assert (client.destroyed, client.connecting) == (False, True)
        client.write(b"second life")
    log.wait_for(lambda: log.data() == b"second life")
    assert sorted(log.names) == ["close", "connect", "connect", "data"]
    client.destroy()


def test_reconnect_elsewhere(tmp_path):
    """From TCP to a unix socket and back."""
    tcp = pynet.create_server(lambda sock: sock.end(b"tcp")).listen(0, "127.0.0.1")
    unix = pynet.create_server(lambda sock: sock.end(b"unix")).listen(tmp_path / "s")
    client = pynet.Socket()
    log = Recorder(client, "data", "close")
    for times, srv in enumerate([tcp, unix, tcp], 1):
        client.connect(target(srv))
        log.wait("close", times=times)
    assert [data for (data,) in log.args("data")] == [b"tcp", b"unix", b"tcp"]
    tcp.close()
    unix.close()


def test_an_ended_socket_that_never_connected_can_connect(server):
    peers = []
    srv = server(lambda sock: peers.append(sock) or sock.pipe(sock))
    client = pynet.Socket()
    log = Recorder(client, "finish", "connect", "data", "close")
    client.end()
    log.wait("finish")
    assert (client.ready_state, client.destroyed) == ("readOnly", False)
    client.connect(target(srv))
    log.wait("connect")
    assert client.write(b"revived")
    log.wait_for(lambda: log.data() == b"revived")
    client.end()
    log.wait("close")


def test_options_hold_for_the_next_connection(server, kind):
    srv = server(lambda sock: sock.end())
    client = pynet.Socket(allow_half_open=True)
    log = Recorder(client, "end", "close")
    client.resume()
    for times in (1, 2):
        client.connect(target(srv))
        log.wait("end", times=times)
        assert client.ready_state == "writeOnly"
        client.end()
        log.wait("close", times=times)


def test_accepted_socket_is_not_the_client_of_another(server):
    """A listener that connects further: the sockets do not mix."""
    inner = server(lambda sock: sock.end(b"inner"))
    place = target(inner)
    outer = pynet.create_server(lambda sock: pynet.connect(place).on("error", print).pipe(sock)).listen(0, "127.0.0.1")
    with raw_client(outer) as client:
        assert client.recv(100) == b"inner"
        assert client.recv(100) == b""
    outer.close()
    assert wait_until(lambda: not outer.listening)


def test_it_is_connecting_again_within_the_listener_of_what_failed(server, where):
    srv = server(lambda sock: sock.end())
    place = target(srv)
    states = []

    def again(*args):
        client.off("connectionAttemptFailed", again)
        states.append((client.connecting, client.ready_state))
        client.destroy()
        client.connect(place)
        states.append((client.connecting, client.pending, client.ready_state))

    client = pynet.Socket()
    log = Recorder(client, "ready")
    client.on("connectionAttemptFailed", again).on("error", lambda err: None)
    client.connect({**place, **({"path": place["path"] + ".none"} if "path" in place else {"host": "127.0.0.2"})})
    log.wait("ready")
    assert states == [(False, "open"), (True, True, "opening")]
    client.destroy()
