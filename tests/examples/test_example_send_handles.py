"""examples/send_handles.py: a worker process serves what its parent accepts."""

import signal


def test_the_worker_answers_on_the_connection(program, dial):
    started = program("send_handles.py", 0)
    port = started.port
    with dial(port) as sock:
        sock.sendall(b"early ")
        greeting = sock.makefile("rb").readline()
        assert greeting.startswith(b"process ")
        assert f"process {started.process.pid} " not in greeting.decode()
        assert greeting.endswith(b"got you from 127.0.0.1\n")


def test_it_ends_in_order(program):
    started = program("send_handles.py", 0)
    assert started.port > 0
    started.process.send_signal(signal.SIGINT)
    assert started.wait() == 0
