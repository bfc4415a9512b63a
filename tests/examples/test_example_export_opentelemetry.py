"""examples/export_opentelemetry.py, whose exporter prints JSON."""

import json

import pytest

pytest.importorskip("opentelemetry.sdk.metrics")


def points(line: str) -> dict[str, list]:
    """The values by the names of the metrics."""
    found: dict[str, list] = {}
    for resource in json.loads(line)["resource_metrics"]:
        for scope in resource["scope_metrics"]:
            for metric in scope["metrics"]:
                if metric["name"].startswith("pynet."):
                    found[metric["name"]] = metric["data"]["data_points"]
    return found


def test_connections_and_bytes_are_exported(program, dial):
    started = program("export_opentelemetry.py", 0, 0.05)
    started.expected = (
        "until it is registered",
    )  # on a slow machine, the exporter's thread is ready before its provider
    port = started.port
    sock = dial(port)
    sock.sendall(b"hello")
    assert sock.recv(5) == b"hello"
    while True:  # the export after this one; each is a line
        seen = points(started.line())
        if seen["pynet.bytes_written"][0]["value"] == 5:
            break
    assert seen["pynet.accepted"][0]["value"] == 1
    assert seen["pynet.servers"][0]["value"] == 1
    assert 0 <= seen["pynet.loop.utilization"][0]["value"] <= 1
    (connections,) = seen["pynet.connections"]
    assert connections["value"] == 1
    assert connections["attributes"] == {"server": f"127.0.0.1:{port}"}
