"""Workers of a cluster with create_server(ssl=): each makes its context, and shakes hands itself."""

from __future__ import annotations

import pytest

from clusters import run_cluster

WORKER = """
    import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = pynet.create_server(lambda sock: sock.end(f"{cluster.worker.id} {sock.get_protocol()[:3]}"), ssl=context)
    server.listen(0, "127.0.0.1")
"""

PRIMARY = """
    import ssl
    context = ssl.create_default_context(cafile=sys.argv[3])
    cluster.setup_primary(scheduling=sys.argv[4])
    answers, listening, workers = [], [], [cluster.fork() for _ in range(2)]

    def connect_again(where):
        sock = pynet.connect(where, ssl=context, server_hostname="localhost")
        got = []
        sock.on("data", got.append)
        sock.on("close", lambda had_error: answered(where, b"".join(got)))

    def answered(where, answer):
        answers.append(answer)
        if len(answers) < 8:
            connect_again(where)
        else:
            say(*answers)
            cluster.disconnect()

    def on_listening(worker, info):
        listening.append(worker)
        if len(listening) == 2:
            connect_again((info["address"], info["port"]))

    cluster.on("listening", on_listening)
"""


@pytest.mark.parametrize("scheduling", ["fair", "rr", "none", "reuse_port"])
def test_workers_answer_in_tls(scheduling, authority, certificate):
    [answers] = run_cluster(
        str(certificate.cert), str(certificate.key), str(authority.cert), scheduling, primary=PRIMARY, worker=WORKER
    )
    assert len(answers) == 8
    assert set(answers) <= {b"1 TLS", b"2 TLS"}
    if scheduling == "rr":
        assert answers[:2] == answers[2:4] == answers[4:6] == answers[6:8]
        assert answers[0] != answers[1]
