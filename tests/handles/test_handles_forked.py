"""Sockets, servers and bound sockets among the arguments of a Process that multiprocessing forks."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import threading

import pytest

import pynet
from helpers import Recorder, run_script, wait_until
from isolated.forking import collect, fork, in_child

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def pair():
    """(Socket, socket.socket): the two ends of a connection."""
    ours, client = socket.socketpair()
    client.settimeout(10)
    sock = pynet.Socket(fd=ours.detach())
    yield sock, client
    sock.destroy()
    client.close()


@pytest.fixture
def server(where):
    server = pynet.Server().listen(*where)
    yield server
    server.close()


def started(target, *args, daemon=True, **kwargs):
    """The exit code of a Process and what `target` returned there, as text."""
    here, there = FORK.Pipe(False)

    def run(*args, **kwargs):
        there.send(repr(target(*args, **kwargs)))

    process = FORK.Process(daemon=daemon, target=run, args=args, kwargs=kwargs)
    process.start()
    there.close()
    text = here.recv() if here.poll(20) else ""
    here.close()
    process.join()
    code = process.exitcode
    process.close()
    return code, text


# --- where they are found ---


def test_the_socket_is_destroyed_here(pair):
    sock, client = pair
    events = Recorder(sock, "close")

    def child(moved):
        moved.write(b"from the child")
        moved.end()

    assert started(child, sock) == (0, "None")
    assert client.recv(100) + client.recv(100) == b"from the child"
    assert sock.destroyed
    events.wait("close")
    assert events["close"] is False


def test_settings_travel(pair):
    sock, _client = pair
    sock.set_encoding("utf-8")
    assert started(lambda moved: moved.readable_encoding, sock) == (0, "'utf8'")


@pytest.mark.parametrize("kind", ["list", "tuple", "dict", "keyword"])
def test_in_containers(server, kind):
    def child(box):
        return type(box), (next(iter(box.values())) if type(box) is dict else box[0]).listening

    name = dict if kind == "keyword" else type({"list": [], "tuple": (), "dict": {}}[kind])
    boxes = {"list": [server], "tuple": (server,), "dict": {"a": server}}
    result = started(lambda **box: child(box), a=server) if kind == "keyword" else started(child, boxes[kind])
    assert result == (0, f"({name!r}, True)")


def test_one_object_stays_one(server):
    assert started(lambda a, b, c: a is b is c[0], server, server, [server]) == (0, "True")


def test_other_arguments_are_the_same_objects(server):
    box, other = (1, 2), object()
    assert started(lambda _server, *args: (args[0] is box, args[1] is other), server, box, other) == (0, "(True, True)")


def test_attributes_of_a_process(server):
    here, there = FORK.Pipe(False)

    class Worker(FORK.Process):
        def __init__(self):
            super().__init__(daemon=True)
            self.server = server

        def run(self):
            there.send(self.server.listening and "run" not in vars(self))

    process = Worker()
    process.start()
    assert here.poll(20)
    assert here.recv() is True
    process.join()
    assert process.server is server
    process.close()
    here.close()
    there.close()


def test_a_pool_shares_a_server(server):
    with FORK.Pool(2, _initialize, (server,)) as pool:
        assert pool.map(_is_listening, range(4)) == [True] * 4


def _initialize(server):
    global _shared
    _shared = server


def _is_listening(_number):
    return _shared.listening


def test_a_server_with_two_listeners(tmp_path):
    both = pynet.Server().listen([("127.0.0.1", 0), str(tmp_path / "s")])
    assert started(lambda moved: len(moved.addresses), both) == (0, "2")
    both.close()


def test_the_file_belongs_to_the_parent(tmp_path):
    path = str(tmp_path / "s")
    server = pynet.Server().listen(path)
    assert started(lambda moved: moved.close() and None, server) == (0, "None")
    assert os.path.exists(path)
    server.close()
    assert not os.path.exists(path)


def test_what_the_child_has_written_is_flushed_at_its_exit(pair):
    sock, client = pair
    data = bytes(1_000_000)
    received = bytearray()

    def read():
        while chunk := client.recv(65536):
            received.extend(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    assert started(lambda moved: moved.write(data), sock)[0] == 0
    reader.join(20)
    assert len(received) == len(data)


def test_from_a_listener_of_the_loop():
    done = run_script("""
        import multiprocessing, socket, pynet
        def answer(sock):
            sock.end(b"child")
            sock.wait("finish")
        def on_connection(sock):
            process = multiprocessing.get_context("fork").Process(target=answer, args=(sock,))
            process.start()
            assert sock.destroyed
            processes.append(process)
            server.close()
        processes = []
        server = pynet.create_server({"pause_on_connect": True}, on_connection)
        def main():
            server.listen(0, "127.0.0.1")
            clients.append(socket.create_connection(server.address()[:2]))
        clients = []
        pynet.run(main)
        print(clients[0].recv(100), clients[0].recv(100))
        processes[0].join()
        print(processes[0].exitcode)
    """)
    assert done.stdout == "b'child' b''\n0\n", done


def test_multiprocessing_may_be_imported_last():
    done = run_script("""
        import pynet
        server = pynet.Server().listen(0)
        import multiprocessing
        context = multiprocessing.get_context("fork")
        process = context.Process(target=lambda server: print(server.listening, flush=True), args=(server,))
        process.start()
        process.join()
        server.close()
    """)
    assert done.stdout == "True\n", done


def test_a_child_of_a_child(server):
    def child(outer):
        return started(lambda inner: inner.listening, outer)

    assert started(child, server, daemon=False) == (0, "(0, 'True')")


# --- what cannot travel ---


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (pynet.Socket, "ENOTCONN"),
        (pynet.Server, "ERR_SERVER_NOT_RUNNING"),
    ],
)
def test_start_raises(make, code, pair, descriptors):
    sock, client = pair
    sock.pause()
    process = FORK.Process(daemon=True, target=print, args=(sock, make()))
    before = descriptors()
    with pytest.raises(pynet.NetError) as info:
        process.start()
    assert info.value.code == code
    assert descriptors() == before
    assert process not in multiprocessing.active_children()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    client.sendall(b"here")
    assert sock.read_exactly(4) == b"here"


def test_start_may_be_called_again(pair):
    sock, client = pair
    client.sendall(b"unread")
    sock.unshift(sock.read_exactly(6))
    process = FORK.Process(daemon=True, target=lambda moved: moved.end(b"x"), args=(sock,))
    with pytest.raises(pynet.NetError, match="read") as info:
        process.start()
    assert info.value.code == "ERR_SOCKET_UNREAD_DATA"
    assert sock.read_exactly(6) == b"unread"
    process.start()
    assert client.recv(10) == b"x"
    process.join()
    assert process.exitcode == 0
    process.close()


# --- descriptors ---


def test_no_other_process_holds_the_connection(pair):
    sock, client = pair
    go_here, go_there = os.pipe()

    def child(moved):
        moved.destroy()
        moved.wait("close")
        return os.read(go_here, 1)

    here, there = FORK.Pipe(False)
    process = FORK.Process(daemon=True, target=lambda moved: there.send(child(moved)), args=(sock,))
    process.start()
    assert client.recv(10) == b""  # the child lives on
    os.write(go_there, b"x")
    process.join()
    assert process.exitcode == 0
    process.close()
    for end in (here, there):
        end.close()
    os.close(go_here)
    os.close(go_there)


def test_an_ordinary_fork_changes_nothing(pair, server, descriptors):
    sock, client = pair
    args = (sock, server)
    before = descriptors()
    assert in_child(lambda: [each.destroyed if each is sock else each.listening for each in args]) == "[False, True]"
    assert descriptors() == before
    sock.write(b"still here")
    assert client.recv(100) == b"still here"


def test_a_subprocess_changes_nothing(pair):
    sock, client = pair
    args = (sock,)
    script = "import os; print(len(os.listdir('/proc/self/fd')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, preexec_fn=lambda: None)
    assert (done.stdout, args[0].destroyed) == ("4\n", False)
    client.sendall(b"a")
    assert sock.read_exactly(1) == b"a"


def test_a_fork_in_a_child_that_was_forked(server):
    def child(moved):
        text = in_child(lambda: pynet.Socket().destroyed)
        return text, moved.listening

    assert started(child, server) == (0, "('False', True)")


def test_two_threads_start_at_once():
    """The duplicates that one thread has made do not stay open in the child of the other."""
    count = 8
    clients, socks, processes = [], [], []
    hold_here, hold_there = os.pipe()

    def child(moved):
        moved.destroy()
        moved.wait("close")
        os.read(hold_here, 1)

    def start(sock):
        process = FORK.Process(daemon=True, target=child, args=(sock,))
        process.start()
        processes.append(process)

    for _ in range(count):
        ours, client = socket.socketpair()
        clients.append(client)
        socks.append(pynet.Socket(fd=ours.detach()))
    threads = [threading.Thread(target=start, args=(sock,)) for sock in socks]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for client in clients:
        client.settimeout(10)
        assert client.recv(1) == b""
        client.close()
    os.write(hold_there, bytes(count))
    for process in processes:
        process.join(20)
        assert process.exitcode == 0
        process.close()
    os.close(hold_here)
    os.close(hold_there)
    assert wait_until(lambda: not multiprocessing.active_children())


def test_a_handle_that_waits_to_be_sent_is_the_parents(channel, pair):
    """After a fork the child does not hold the descriptor that is queued."""
    sender, _receiver = channel
    sock, client = pair
    go_here, go_there = os.pipe()
    sender.cork()
    sender.send_handle(sock)
    forked = fork(lambda: os.read(go_here, 1))
    sender.destroy()
    assert client.recv(1) == b""  # the child lives on
    os.write(go_there, b"x")
    collect(forked)
    os.close(go_here)
    os.close(go_there)
