"""examples/export_prometheus.py, asked over HTTP as Prometheus asks."""

import re
import urllib.request

import pytest

from helpers import wait_until

pytest.importorskip("prometheus_client")


@pytest.fixture
def exported(program):
    """(port, a function that returns the numbers by their names)."""
    started = program("export_prometheus.py", 0, 0)
    port = started.port
    words = started.line().split()
    assert words[:2] == ["metrics", "on"]

    def ask() -> dict[str, float]:
        with urllib.request.urlopen(f"http://127.0.0.1:{words[2]}/metrics", timeout=20) as answer:
            lines = answer.read().decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if line.startswith("pynet_"))
        return {name: float(value) for name, value in pairs}

    return port, ask


def test_each_number_of_metrics_is_there(exported):
    import pynet

    _, ask = exported
    names = {re.sub(r"_(total|seconds_total|seconds)$", "", name) for name in ask()}
    assert {f"pynet_{re.sub('_s$', '', key)}" for key in pynet.metrics()} <= names
    assert "pynet_loop_utilization" in names


def test_connections_and_bytes_are_counted(exported, dial):
    port, ask = exported
    name = f'pynet_connections{{server="127.0.0.1:{port}"}}'
    assert ask()[name] == 0
    sock = dial(port)
    sock.sendall(b"hello")
    assert sock.recv(5) == b"hello"
    numbers = ask()
    assert numbers[name] == 1
    assert numbers["pynet_accepted_total"] == 1
    assert numbers["pynet_bytes_read_total"] == numbers["pynet_bytes_written_total"] == 5
    assert 0 <= numbers["pynet_loop_utilization"] <= 1
    assert numbers["pynet_longest_turn_seconds"] > 0
    sock.close()
    assert wait_until(lambda: ask()[name] == 0)
