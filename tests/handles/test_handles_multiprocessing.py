"""Sockets, servers and bound sockets that multiprocessing sends to another process: spawn, forkserver and fork."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from multiprocessing import resource_sharer

import pytest

import pynet
from helpers import run_script

METHODS = ["spawn", "forkserver", "fork"]

# A module that the child can import.
APP = """
import multiprocessing, socket, sys
import pynet

def answer(handle):
    if isinstance(handle, pynet.Socket):
        handle.write(b"child:" + handle.read_exactly(5))
        handle.end()
        handle.wait("finish")
        return
    server = handle if isinstance(handle, pynet.Server) else pynet.Server().listen(handle)
    sock = server.accept()
    sock.end(b"child")
    sock.resume()
    sock.wait("close")
    server.close()

def by_pipe(conn):
    conn.send("ready")
    answer(conn.recv())

def by_queue(queue):
    answer(queue.get())

def start(method, way, make):
    context = multiprocessing.get_context(method)
    handle = make()
    if way == "pipe":
        ours, theirs = context.Pipe()
        process = context.Process(target=by_pipe, args=(theirs,))
        process.start()
        ours.recv()
        ours.send(handle)
    elif way == "queue":
        global queue # the child looks for its semaphores by name
        queue = context.Queue()
        process = context.Process(target=by_queue, args=(queue,))
        process.start()
        queue.put(handle)
    else:
        process = context.Process(target=answer, args=(handle,))
        process.start()
    return handle, process

def main():
    method, way, kind = sys.argv[1:]
    a, client = socket.socketpair()
    client.settimeout(10)
    if kind == "socket":
        handle, process = start(method, way, lambda: pynet.Socket(fd=a.detach()))
        handle.wait("close") # a queue pickles in a thread, later
        client.sendall(b"early")
        data = b""
        while chunk := client.recv(100):
            data += chunk
        print(data.decode(), handle.destroyed)
    else:
        make = (lambda: pynet.Server().listen(0, "127.0.0.1")) if kind == "server" else (
            lambda: pynet.BoundSocket(host="127.0.0.1"))
        handle, process = start(method, way, make)
        address = handle.address()
        data = b""
        while not data:
            try:
                with socket.create_connection(address[:2], 20) as client:
                    data = client.recv(100)
            except ConnectionRefusedError: # the bound socket does not listen yet
                pass
        print(data.decode(), handle.address() == address)
        handle.close()
    process.join(20)
    print(process.exitcode)

if __name__ == "__main__":
    main()
"""


def run_app(tmp_path, *args: str):
    (tmp_path / "app.py").write_text(APP)
    return run_script(
        f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); import app; app.main()", *args, timeout=50
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("way", ["pipe", "queue", "argument"])
@pytest.mark.parametrize("kind", ["socket", "server", "bound"])
def test_by_multiprocessing(tmp_path, method, way, kind):
    done = run_app(tmp_path, method, way, kind)
    expected = "child:early True" if kind == "socket" else "child True"
    assert done.stdout.split("\n")[:2] == [expected, "0"], done


def test_the_header_of_the_proxy_travels_by_multiprocessing(proxied):
    before = proxied.proxy, proxied.remote_address, proxied.remote_port
    ours, theirs = multiprocessing.Pipe()
    ours.send(proxied)
    handle = theirs.recv()
    assert (handle.proxy, handle.remote_address, handle.remote_port) == before
    assert handle.read_exactly(4) == b"data"
    handle.destroy()
    ours.close()
    theirs.close()
    resource_sharer.stop()


@pytest.mark.parametrize("function", [pickle.dumps, copy.copy, copy.deepcopy])
@pytest.mark.parametrize("kind", ["socket", "server", "bound"])
def test_pickle_alone_says_what_can(kind, function):
    made = {"socket": pynet.Socket, "server": pynet.Server, "bound": lambda: pynet.BoundSocket(host="127.0.0.1")}
    handle = made[kind]()
    with pytest.raises(TypeError, match="only multiprocessing can"):
        function(handle)
    if kind == "bound":
        handle.close()


def test_what_cannot_travel_raises_before_anything_is_sent():
    ours, theirs = multiprocessing.Pipe()
    with pytest.raises(pynet.NetError) as info:
        ours.send(pynet.Socket())
    assert info.value.code == "ENOTCONN"
    assert not theirs.poll()
    ours.close()
    theirs.close()
