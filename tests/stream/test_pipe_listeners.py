"""pipe() beside listeners and collections of garbage that change the pipes, or raise."""

from __future__ import annotations

import pynet
from helpers import Recorder
from reentrancy import ends_well


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
            peer.on("error", lambda err: None)  # a reset, where the other end had not read this
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
                    raw[1].sendall(bytes(1 << 20))   # raw[0] is never read
            except OSError:
                pass

        try:
            pynet.run(main)
        except LookupError as err:
            print("raised", err)
    """)
    assert done.stdout == "raised paused\n"


def test_full_write_buffer_of_a_pipe_while_a_collection_unpipes():
    """The error's object is an allocation, within which the pipe may be freed."""
    ends_well("""
        target = Target()
        accepted = []
        server = pynet.create_server(accepted.append).listen(0, "127.0.0.1")
        driver = on_loop(threading.get_ident)
        for n in range(8):
            dest = pynet.connect(target.port, "127.0.0.1", )
            pynet.Socket.__init__(dest, {"max_write_buffer": 10})
            dest.on("error", lambda err: None)
            client = socket.create_connection(server.address()[:2])
            assert wait_until(lambda: len(accepted) == n + 1)
            source = accepted[n]
            source.on("error", lambda err: None)
            assert wait_until(lambda: not dest.connecting)
            source.pipe(dest)
            client.sendall(b"x" * 10)
            assert wait_until(lambda: source.bytes_read == 10)
            left = [n]
            def hook(phase, info):
                # the driver makes nothing else meanwhile
                if phase == "start" and threading.get_ident() == driver:
                    left[0] -= 1
                    if left[0] < 0:
                        source.unpipe()
            client.setblocking(False)
            gc.collect()
            gc.callbacks.append(hook)
            gc.set_threshold(1)
            chunk = bytes(100_000)
            while not dest.destroyed and source.listener_count("data"):
                try:
                    client.send(chunk)
                except BlockingIOError:
                    pass
            gc.set_threshold(700)
            gc.callbacks.remove(hook)
            source.destroy()
            client.close()
        server.close()
        print("well")
    """)


def test_pipe_back_in_a_listener_of_unpipe_ends():
    """Once, unpipe() and a destination's end removed for ever what came back each time."""
    ends_well("""
        target = Target()
        counts = []
        def main():
            source, dest = pynet.Socket(), pynet.Socket()
            dest.on("unpipe", lambda src, info: (counts.append(1), len(counts) < 1000 and src.pipe(dest)))
            dest.on("error", lambda err: None)
            source.pipe(dest)
            source.unpipe()
            assert len(counts) == 1, len(counts)
            dest.destroy(ValueError("on purpose"))
        pynet.run(main)
        assert len(counts) < 10, len(counts)
        print("well")
    """)


def test_data_listeners_taken_away_take_the_pipes_with_them(kind, tmp_path):
    """Pipes are listeners of that event, as in Node."""
    ends_well(
        """
        kind, path = sys.argv[1:]
        accepted = []
        server = pynet.create_server(accepted.append).listen(*((0, "127.0.0.1") if kind == "tcp" else (path,)))
        address = server.address()
        source = pynet.connect({"path": address} if kind == "unix" else {"port": address.port, "host": "127.0.0.1"})
        class Sink:
            def __init__(self): self.got = b""
            def write(self, chunk): self.got += chunk
        first, second = Sink(), Sink()
        source.pipe(first)
        pipe, = source.listeners("data")
        source.pipe(second)
        assert wait_until(lambda: accepted)
        accepted[0].write(b"1")
        assert wait_until(lambda: second.got == b"1")
        source.off("data", pipe)
        accepted[0].write(b"2")
        assert wait_until(lambda: second.got == b"12")
        source.remove_all_listeners("data")
        accepted[0].write(b"3")
        assert wait_until(lambda: source.bytes_read == 3)
        assert (first.got, second.got) == (b"1", b"12"), (first.got, second.got)
        source.destroy()
        accepted[0].destroy()
        server.close()
        print("well")
        """,
        kind,
        tmp_path / "s.sock",
    )
