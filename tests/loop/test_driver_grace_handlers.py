"""run(signals=True): after the first signal it waits for the handlers of serve() that are at work."""

import isolated

PRELUDE = """
    import asyncio, os, signal, socket, sys, threading
    import pynet
    from helpers import wait_until

    running = threading.Event()

    def run(grace):
        pynet.run(running.set, signals=True, grace=grace)

    def terminate(server):
        \"\"\"SIGTERM; returns when run() has begun to close.\"\"\"
        assert running.wait(10)
        os.kill(os.getpid(), signal.SIGTERM)
        assert wait_until(lambda: not server.listening)
        assert wait_until(lambda: pynet.servers() == [])

    def raw(server, data=b"ask\\n"):
        client = socket.create_connection(server.address()[:2], timeout=10)
        client.sendall(data)
        return client

    def read_all(client):
        with client:
            return b"".join(iter(lambda: client.recv(100), b""))

    def start(target, *args):
        thread = threading.Thread(target=target, args=args)
        thread.start()
        return thread
"""


def check(*parts, **options):
    return isolated.check(isolated.join(PRELUDE, *parts), timeout=20, **options).split("\n")[:-1]


def test_a_handler_at_work_finishes_its_answer():
    out = check("""
        def handler(sock):
            sock.read_until("\\n")
            terminate(sock.server)
            sock.write("the answer")

        server = pynet.serve(handler, 0, "127.0.0.1")
        thread = start(lambda: print(read_all(raw(server))))
        run(grace=None)
        thread.join()
    """)
    assert out == ["b'the answer'"]


def test_a_task_at_work_finishes_its_answer():
    out = check("""
        async def handler(sock):
            await sock.read_until("\\n")
            await asyncio.to_thread(terminate, sock.server)
            sock.write("the answer")

        async def serve():
            global server
            server = await pynet.aio.serve(handler, 0, "127.0.0.1")
            listening.set()
            await server.wait("close")

        def client():
            listening.wait(10)
            print(read_all(raw(server)))

        def main():  # run() drives the loop already: asyncio does not
            running.set()
            threads.extend([start(asyncio.run, serve()), start(client)])

        threads, listening = [], threading.Event()
        pynet.create_server().listen(0, "127.0.0.1")
        pynet.run(main, signals=True, grace=None)
        for thread in threads:
            thread.join()
    """)
    assert out == ["b'the answer'"]


def test_other_connections_end_while_a_handler_is_at_work():
    out = check("""
        def handler(sock):
            sock.read_until("\\n")
            terminate(sock.server)
            assert ended.wait(10)
            sock.write("the answer")

        def idle():
            client = raw(other)
            greeted.set()
            print(read_all(client))
            ended.set()

        greeted, ended = threading.Event(), threading.Event()
        other = pynet.create_server(lambda sock: sock.write("hi")).listen(0, "127.0.0.1")
        server = pynet.serve(handler, 0, "127.0.0.1")
        threads = [start(idle), start(lambda: greeted.wait(10) and print(read_all(raw(server))))]
        run(grace=None)
        for thread in threads:
            thread.join()
    """)
    assert out == ["b'hi'", "b'the answer'"]


def test_clients_of_a_handler_stay_open_until_it_returns():
    """One that was connected before the signal, and one that is connected after it."""
    out = check("""
        def upstream():
            with listener:
                for _ in range(2):
                    peer, _ = listener.accept()
                    peers.append(start(answer, peer))

        def answer(peer):
            with peer:
                while data := peer.recv(100):
                    peer.sendall(data.upper())

        def handler(sock):
            first = pynet.connect(listener.getsockname())
            first.wait("connect")
            terminate(sock.server)
            first.write("one")
            sock.write(first.read_exactly(3))
            second = pynet.connect(listener.getsockname())
            second.write("two")
            sock.write(second.read_exactly(3))

        peers = []
        listener = socket.create_server(("127.0.0.1", 0))
        server = pynet.serve(handler, 0, "127.0.0.1")
        threads = [start(upstream), start(lambda: print(read_all(raw(server))))]
        run(grace=None)
        for thread in threads + peers:
            thread.join()
    """)
    assert out == ["b'ONETWO'"]


def test_clients_end_after_the_last_handler():
    out = check("""
        def handler(sock):
            sock.read_until("\\n")
            terminate(sock.server)
            sock.write("the answer")

        def upstream():
            peer, _ = listener.accept()
            connected.set()
            with peer:
                print(read_all(peer))

        def client():
            connected.wait(10)
            read_all(raw(server))

        connected = threading.Event()
        listener = socket.create_server(("127.0.0.1", 0))
        server = pynet.serve(handler, 0, "127.0.0.1")
        pynet.connect(listener.getsockname()).on("data", print)
        threads = [start(upstream), start(client)]
        run(grace=None)
        for thread in threads:
            thread.join()
        print("left")
    """)
    assert out == ["b''", "left"]


STUCK = """
    def handler(sock):
        sock.read_until("\\n")
        terminate(sock.server)
        working.set()
        sock.read_exactly(1)

    working = threading.Event()
    server = pynet.serve(handler, 0, "127.0.0.1")
    client = raw(server)
"""


def test_after_the_grace_a_connection_of_a_handler_is_destroyed_and_counted():
    done = isolated.run(isolated.join(PRELUDE, STUCK, "run(grace=0.05)\nprint('left')"), timeout=20)
    assert (done.returncode, done.stdout) == (0, "left\n")
    assert done.stderr == "pynet: run() has destroyed 1 connection that had not closed 0.05 seconds after the signal\n"


def test_the_second_signal_does_not_wait_for_handlers():
    out = check(
        STUCK,
        """
        thread = start(lambda: working.wait(10) and os.kill(os.getpid(), signal.SIGTERM))
        run(grace=None)
        thread.join()
        print("left")
        """,
    )
    assert out == ["left"]
