"""pipe() beside listeners and collections of garbage that change the pipes, or raise."""

from __future__ import annotations

import pynet
from helpers import Recorder


def test_an_unpipe_listener_may_take_out_the_next_pipe(pair, silent):
    p = pair()
    others = [pynet.connect(silent[1], silent[0]) for _ in range(3)]
    for other in others:
        p.client.pipe(other, end=False)
    told = Recorder(others[0], "unpipe")

    def unpipe_all(*args):
        for other in others[1:]:
            p.client.unpipe(other)

    others[0].on("unpipe", unpipe_all)
    closed = Recorder(p.client, "close")
    p.peer.end()
    told.wait("unpipe")
    closed.wait("close")
    for other in others:
        other.destroy()


# Run in a process of its own: collects garbage at the next allocation of a container, wherever that is (from Python
# 3.12 on, when Python code runs next after it).
GARBAGE = """
import gc, socket, pynet

class Chain:
    def __init__(self, last_words):
        self.last_words, self.me = last_words, self
    def __del__(self):
        self.last_words()

gc.disable()

def collect_soon(last_words):
    gc.collect()
    Chain(last_words)
    gc.set_threshold(1, 1, 1)
    gc.enable()
"""


def test_a_refused_chunk_may_collect_garbage_that_unpipes(script):
    done = script(
        GARBAGE
        + """
peers, clients = [], []
server = pynet.create_server(peers.append)

def main():
    server.listen(0, "127.0.0.1", connect)

def connect():
    for _ in range(3):
        clients.append(pynet.connect(server.address().port, "127.0.0.1", connected))

def connected():
    if len(peers) < 3 or any(client.pending for client in clients):
        pynet.set_timeout(connected, 1)
    elif not source_events:
        source_events.append("data")
        source, *others = clients
        source.once("data", data)
        for other in others:
            other.on("error", lambda err: print("error", err.code))
            source.pipe(other)
        for peer in peers:
            peer.write(b"hello")

source_events = []

def data(chunk):
    pynet.set_timeout(pynet.stop, 20)
    clients[1].end()
    collect_soon(clients[0].unpipe)

pynet.run(main)
"""
    )
    assert (done.returncode, done.stdout, done.stderr[-500:]) == (0, "error ERR_STREAM_WRITE_AFTER_END\n", "")


def test_what_a_pause_listener_of_a_pipe_raises_is_uncaught(script):
    done = script("""
        import socket, threading, pynet

        def pause():
            raise LookupError("paused")

        def on_connection(sock):
            if not ends:
                ends.append(sock)
                return
            sock.on("pause", pause)
            sock.pipe(ends[0])

        ends = []
        server = pynet.create_server(on_connection)
        raw = []

        def main():
            server.listen(0, "127.0.0.1")
            for _ in range(2):
                raw.append(socket.create_connection(server.address()[:2]))
            threading.Thread(target=feed, daemon=True).start()

        def feed():
            try:
                while True:
                    raw[1].sendall(bytes(1 << 20))   # nobody reads raw[0]
            except OSError:
                pass

        try:
            pynet.run(main)
        except LookupError as err:
            print("raised", err)
    """)
    assert done.stdout == "raised paused\n"
