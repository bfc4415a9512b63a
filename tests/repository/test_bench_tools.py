"""The benchmarks work: the generator checks what it gets, counts right, and the scripts run. Nothing here is timed."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import pynet
from paths import ROOT

BENCH = ROOT / "bench"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the load generator uses epoll"),
    pytest.mark.skipif(shutil.which(os.environ.get("CC", "cc")) is None, reason="no C compiler"),
    pytest.mark.skipif("LD_PRELOAD" in os.environ, reason="a sanitizer is preloaded"),
    pytest.mark.timeout(300),  # valgrind is slow
]


def run_python(*args):
    command = [sys.executable, *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=BENCH)


@pytest.fixture(scope="module")
def loadgen():
    done = run_python("-c", "from lib import harness; print(harness.build('loadgen'))")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Peer:
    """A server of plain sockets; `answer(data, serial)` makes what it sends back, None closes."""

    def __init__(self, answer, path=None):
        self.answer = answer
        self.accepted = self.received = 0
        self.lock = threading.Lock()
        if path is None:
            self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
            self.where = ["--port", str(self.listener.getsockname()[1])]
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(path))
            self.listener.listen(128)
            self.where = ["--path", str(path)]
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def accept(self):
        while True:
            try:
                conn, _address = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            thread = threading.Thread(target=self.serve, args=(conn, self.accepted), daemon=True)
            self.threads.append(thread)
            thread.start()

    def serve(self, conn, serial):
        with conn:
            try:
                while data := conn.recv(65536):
                    with self.lock:
                        self.received += len(data)
                    reply = self.answer(data, serial)
                    if reply is None:
                        return
                    conn.sendall(reply)
            except OSError:
                pass  # the generator gave up, as it should in some of the tests

    def close(self):
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
            self.listener.close()
        for thread in self.threads:
            thread.join(10)


@pytest.fixture
def peer(request):
    def make(answer=lambda data, serial: data, path=None):
        made = Peer(answer, path)
        request.addfinalizer(made.close)
        return made

    return make


def load(loadgen, server, *options):
    command = [loadgen, *server.where, *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True)


def result(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
@pytest.mark.parametrize(
    "options",
    [
        ["--conns", 1],
        ["--conns", 20],
        ["--conns", 3, "--depth", 64],
        ["--conns", 2, "--size", 300_000],
        ["--mode", "lockstep", "--conns", 6],
    ],
    ids=lambda options: " ".join(map(str, options)),
)
def test_generator_sends_exactly_the_messages_asked_for(loadgen, peer, tmp_path, kind, options):
    server = peer(path=tmp_path / "s.sock" if kind == "unix" else None)
    size = options[options.index("--size") + 1] if "--size" in options else 1024
    found = result(load(loadgen, server, *options, "--count", 300))
    assert found["messages"] == 300
    server.close()
    assert server.received == 300 * size
    assert server.accepted == options[options.index("--conns") + 1]
    assert 0 < found["p50_us"] <= found["p99_us"]


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_churn_makes_a_connection_for_every_message(loadgen, peer, tmp_path, kind):
    server = peer(path=tmp_path / "s.sock" if kind == "unix" else None)
    found = result(load(loadgen, server, "--mode", "churn", "--conns", 5, "--count", 100))
    assert found["messages"] == 100
    server.close()
    assert server.accepted == 100
    assert server.received == 100 * 1024


def test_a_timed_run_ends_and_measures_the_servers_cpu(loadgen, peer):
    found = result(load(loadgen, peer(), "--seconds", 0.2, "--warmup", 0.05, "--pid", os.getpid()))
    assert found["messages"] > 0
    assert found["server_cpu_ns"] > 0


def test_server_cpu_is_zero_when_nobody_asks(loadgen, peer):
    assert result(load(loadgen, peer(), "--count", 10))["server_cpu_ns"] == 0


def flip_last(data, serial):
    return data[:-1] + bytes([data[-1] ^ 1])


def swapped(data, serial):
    return data[::-1]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (flip_last, "wrong bytes came back"),
        (swapped, "wrong bytes came back"),
        (lambda data, serial: data + b"x", "more came back than was sent"),
        (lambda data, serial: None, "closed a connection"),
    ],
    ids=["one bit", "order", "one byte more", "closed"],
)
def test_a_wrong_echo_is_noticed(loadgen, peer, answer, complaint):
    done = load(loadgen, peer(answer), "--count", 10)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_bytes_of_another_connection_are_noticed(loadgen, peer):
    """Each connection is answered with what the other one sent."""
    both = threading.Barrier(2)
    seen = {}

    def answer(data, serial):
        seen[serial] = data
        both.wait(10)
        return seen[3 - serial]

    done = load(loadgen, peer(answer), "--mode", "lockstep", "--conns", 2, "--size", 100, "--count", 2)
    assert done.returncode == 1
    assert "wrong bytes came back" in done.stderr


def test_a_refused_connection_is_reported(loadgen):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound, so that no other process gets it, but not listening
        port = str(unheard.getsockname()[1])
        done = subprocess.run([loadgen, "--port", port], capture_output=True, text=True)
    assert done.returncode == 1
    assert "connect: Connection refused" in done.stderr


def test_idle_connections_are_held_until_stdin_ends(loadgen, peer):
    server = peer()
    command = [loadgen, *server.where, "--mode", "idle", "--conns", "30", "--ping"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert json.loads(process.stdout.readline()) == {"open": 30}
        assert server.accepted == 30
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(30) == 0
    server.close()
    assert server.received == 30 * 1024


@pytest.mark.parametrize(
    "args",
    [[], ["--port", "0"], ["--port", "x"], ["--size", "0"], ["--mode", "x"], ["--what", "1"], ["--conns"],
     ["--port", "1", "--path", "p"], ["--mode", "lockstep", "--port", "1", "--conns", "3", "--count", "4"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_options_are_refused(loadgen, args):
    done = subprocess.run([loadgen, *args], capture_output=True, text=True)
    assert done.returncode in (1, 2)
    assert done.stderr.startswith(("usage:", "loadgen:"))


def servers_at_hand():
    """asyncio needs nothing; the others are tried when they are there."""
    wanted = ["asyncio", "libuv", "uvloop", "pynet-data"]
    done = run_python("-c", f"from lib import harness; print(*harness.available({wanted}))")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_run_prints_every_shape_and_server(tmp_path):
    names = servers_at_hand()
    assert "asyncio" in names
    out = tmp_path / "out.json"
    args = ["--rounds", 1, "--servers", ",".join(names), "--json", out]
    for seconds in (0.05, 0.5, 5):  # on a busy machine a short window may end before the first message
        done = run_python(BENCH, "speed", "--seconds", seconds, *args)
        if "no message came back within the window" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    results = json.loads(out.read_text())["results"]
    assert list(results) == ["pingpong-1", "pingpong-100", "pipelined", "large", "connect"]
    for shape, by_server in results.items():
        assert f"\n{shape}: " in done.stdout
        assert sorted(by_server) == sorted(names)
        assert all(runs[0]["messages"] > 0 for runs in by_server.values())


def test_run_over_unix_sockets():
    done = run_python(BENCH, "speed", "--unix", "--quick", "--rounds", 1, "--seconds", 0.05, "--servers", "asyncio")
    assert done.returncode == 0, done.stderr
    assert "\nconnect: " in done.stdout


def test_memory_measures_both_waves(tmp_path):
    out = tmp_path / "out.json"
    done = run_python(BENCH, "memory", "--conns", 200, "--servers", "asyncio", "--json", out)
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text())["asyncio"]["bytes_per_connection"] > 0


PROFILE = """\
events: Ir
ob=(1) /lib/a.so
fl=(1) a.c
fn=(1) outer
10 5
+1 7
cob=(2) /lib/b.so
cfn=(2) inner
calls=2 30
* 100
-1 3
ob=(2)
fn=(2)
30 60
* 40

fn=(1)
1 2
totals: 117
"""


def test_a_profile_is_split_into_what_each_function_spends_itself(tmp_path):
    (tmp_path / "profile").write_text(PROFILE)
    begin = "import json, sys; from suites import instr; "
    code = "c = instr.self_costs(sys.argv[1]); print(json.dumps(sorted(map(list, c.items()))))"
    done = run_python("-c", begin + code, tmp_path / "profile")
    assert done.returncode == 0, done.stderr
    found = {tuple(place): cost for place, cost in json.loads(done.stdout)}
    assert found == {("outer", "/lib/a.so"): 15, ("inner", "/lib/b.so"): 100, ("outer", "/lib/b.so"): 2}
    done = run_python("-c", begin + "print(instr.read_total(sys.argv[1]))", tmp_path / "profile")
    assert done.stdout == "117\n"


def test_instructions_are_counted_and_annotated(tmp_path):
    if shutil.which("valgrind") is None:
        pytest.fail("valgrind is not installed: apt-get install valgrind")
    if "libuv" not in servers_at_hand():
        pytest.skip("libuv's headers are not there")
    out = tmp_path / "out.json"
    done = run_python(BENCH, "instr", "--servers", "libuv", "--annotate", "libuv", "--json", out)
    assert done.returncode == 0, done.stderr
    count = json.loads(out.read_text())["libuv"]
    assert 100 < count < 1000  # a run in which something went wrong is far off
    assert "on_read  [libuv_echo]" in done.stdout


def test_a_server_that_is_missing_is_left_out_with_the_reason(monkeypatch, tmp_path):
    monkeypatch.delenv("PYNET_NODE", raising=False)
    code = "from lib import harness; import pathlib, sys; harness.ROOT = pathlib.Path(sys.argv[1])"
    done = run_python("-c", f"{code}; print(harness.available(['node-data', 'asyncio']))", tmp_path)
    assert done.stdout.strip() == "['asyncio']"
    assert "node-data: left out: no Node" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["instr", "memory"])
def test_two_checkouts_are_compared_in_one_run(suite, tmp_path):
    if suite == "instr" and shutil.which("valgrind") is None:
        pytest.fail("valgrind is not installed: apt-get install valgrind")
    if "pynet-data" not in servers_at_hand():
        pytest.skip("the benchmarks cannot import pynet")
    there = Path(pynet.__file__).resolve().parent.parent
    out = tmp_path / "out.json"
    done = run_python(BENCH, suite, "--quick", "--servers", "pynet-data,libuv", "--against", there, "--json", out)
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    assert list(found["against"]) == ["pynet-data"]
    here, other = found["pynet-data"], found["against"]["pynet-data"]
    if suite == "memory":
        here, other = here["bytes_per_connection"], other["bytes_per_connection"]
    assert f"{other:,.0f}{here / other:>8.3f}" in done.stdout


@pytest.mark.parametrize("suite", ["instr", "memory"])
def test_a_checkout_that_is_not_built_is_refused(suite, tmp_path):
    (tmp_path / "pynet").mkdir()
    (tmp_path / "pynet" / "__init__.py").write_text("from ._pynet import run\n")
    for folder in (tmp_path, tmp_path / "pynet"):  # not built; no package at all
        done = run_python(BENCH, suite, "--servers", "asyncio", "--against", folder)
        assert done.returncode == 1
        assert f"{folder} holds no package pynet that is built for" in done.stderr


SUITES = "addresses aio blocked cluster connect handles instr memory proxied speed streams tls".split()


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_explains_its_options(suite):
    done = run_python(BENCH, suite, "--help")
    assert done.returncode == 0, done.stderr
    # argparse of Python 3.14 says `python bench`.
    assert done.stdout.removeprefix("usage: ").removeprefix("python ").startswith(f"bench {suite} ")


@pytest.mark.parametrize("args", [[], ["nothing"]], ids=["none", "unknown"])
def test_an_unknown_suite_is_answered_by_the_list(args):
    done = run_python(BENCH, *args)
    assert done.returncode == 1
    assert done.stderr.endswith(f"the suites are: {', '.join(SUITES)}\n")
