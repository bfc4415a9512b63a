"""worker.send() and `message`, both ways."""

from __future__ import annotations

import pytest

from clusters import run_cluster


def test_there_and_back():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    cluster.on("message", lambda w, message, handle: say("cluster", w is worker, message, handle))
    worker.on("message", lambda message, handle: (say("worker", message, handle), worker.disconnect()))
    worker.send({"n": 1, "raw": b"\\0\\xff", "set": {1, 2}})
    """,
        worker="""
    cluster.worker.on("message", lambda message, handle: cluster.worker.send(message))
    """,
    )
    message = {"n": 1, "raw": b"\0\xff", "set": {1, 2}}
    assert lines == [("cluster", True, message, None), ("worker", message, None)]


def test_json():
    lines = run_cluster(
        primary="""
    cluster.setup_primary(serialization="json")
    worker = cluster.fork()
    worker.on("message", lambda message, handle: (say(message), worker.disconnect()))
    worker.send({"list": (1, None, "é")})
    """,
        worker="cluster.worker.on('message', lambda message, handle: cluster.worker.send(message))",
    )
    assert lines == [({"list": [1, None, "é"]},)]


@pytest.mark.parametrize("size", [0, 1, 60 * 1024 - 4, 60 * 1024, 60 * 1024 + 1, 3_000_000])
def test_any_size(size):
    lines = run_cluster(
        str(size),
        primary="""
    worker = cluster.fork()
    data = os.urandom(int(sys.argv[1]))
    worker.on("message", lambda message, handle: (say(message == data), worker.disconnect()))
    worker.send(data)
    """,
        worker="cluster.worker.on('message', lambda message, handle: cluster.worker.send(message))",
    )
    assert lines == [(True,)]


def test_they_keep_their_order():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    got = []
    def on_message(message, handle):
        got.append(message[0])
        if len(got) == 500:
            say(got == list(range(500)))
            worker.disconnect()
    worker.on("message", on_message)
    """,
        worker="""
    for i in range(500):
        cluster.worker.send((i, b"x" * (i % 7) * 20_000))
    """,
    )
    assert lines == [(True,)]


def test_what_a_listening_listener_sends_comes_before_listening():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    worker.on("message", lambda message, handle: say(message))
    worker.on("listening", lambda address: (say("listening"), worker.disconnect()))
    """,
        worker="pynet.create_server().listen(0, lambda: cluster.worker.send('first'))",
    )
    assert lines == [("first",), ("listening",)]


def test_callback_of_send():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    say(worker.send("x", callback=lambda err: (say(err), worker.disconnect())))
    """
    )
    assert lines == [(True,), (None,)]


def test_after_the_disconnect_the_callback_gets_the_error():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    def gone():
        say(worker.send("x", callback=lambda err: say(err.code, str(err))))
    worker.on("disconnect", gone)
    worker.disconnect()
    """
    )
    assert lines == [(False,), ("ERR_IPC_CHANNEL_CLOSED", "Channel closed")]


def test_after_the_disconnect_it_is_an_error_event():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    worker.on("error", lambda err: say(err.code))
    worker.on("disconnect", lambda: say(worker.send("x")))
    worker.disconnect()
    """
    )
    assert lines == [(False,), ("ERR_IPC_CHANNEL_CLOSED",)]


@pytest.mark.parametrize(
    ("call", "kind", "code"),
    [
        ("worker.send()", "TypeError", "ERR_MISSING_ARGS"),
        ("worker.send(print)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("worker.send({'a': lambda: 1})", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("worker.send(1, callback=2)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("worker.send(1, object())", "TypeError", "ERR_INVALID_HANDLE_TYPE"),
        ("worker.kill('SIGNONE')", "ValueError", "ERR_UNKNOWN_SIGNAL"),
        ("worker.kill(1.5)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("worker.disconnect(-1)", "ValueError", "ERR_OUT_OF_RANGE"),
        ("worker.disconnect('1')", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.setup_primary(scheduling='best')", "ValueError", "ERR_INVALID_ARG_VALUE"),
        ("cluster.setup_primary(scheduling=1)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.setup_primary(serialization='xml')", "ValueError", "ERR_INVALID_ARG_VALUE"),
        ("cluster.setup_primary(exec=5)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.setup_primary(args='x')", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.setup_primary(args=[1])", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.setup_primary(env={1: 'x'})", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.setup_primary(env={'x': 1})", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.setup_primary(heartbeat=0)", "ValueError", "ERR_OUT_OF_RANGE"),
        ("cluster.setup_primary(heartbeat='1')", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.setup_primary(restart=1)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.fork({'x': 1})", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.fork(5)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.reload('1')", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.disconnect(5)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.get_connections(None)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.serve(5)", "TypeError", "ERR_INVALID_ARG_TYPE"),
        ("cluster.serve(print, 0)", "ValueError", "ERR_OUT_OF_RANGE"),
        ("cluster.serve(print, 1.5)", "TypeError", "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_wrong_arguments_change_nothing(call, kind, code):
    lines = run_cluster(
        primary=f"""
    worker = cluster.fork()
    before = dict(cluster.settings), dict(cluster.workers), worker.exited_after_disconnect
    try:
        {call}
    except Exception as error:
        say(type(error).__name__, getattr(error, "code", None))
    say(before == (cluster.settings, cluster.workers, worker.exited_after_disconnect))
    worker.disconnect()
    """
    )
    assert lines == [(kind, code), (True,)]
