"""An echo server for Prometheus: its numbers are at http://127.0.0.1:9100/metrics.

    pip install prometheus-client
    python examples/export_prometheus.py 8124 9100

Ctrl-C ends it in order.
"""

import sys
from collections.abc import Iterator

import prometheus_client
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

import pynet

# What metrics() counts since the start; the rest of its numbers say how it is now.
COUNTERS = {
    "turns",
    "idle_s",
    "active_s",
    "bytes_read",
    "bytes_written",
    "accepted",
    "dropped",
    "blocked",
    "connect_ok",
    "connect_failed",
    "uncaught",
}


def name_of(key: str) -> str:
    """Prometheus writes seconds out."""
    return "pynet_" + key.removesuffix("_s") + ("_seconds" if key.endswith("_s") else "")


class LoopCollector(Collector):
    """Asks pynet whenever Prometheus asks."""

    def __init__(self) -> None:
        self.last = pynet.event_loop_utilization()

    def collect(self) -> Iterator[Metric]:
        for key, value in pynet.metrics().items():
            kind = CounterMetricFamily if key in COUNTERS else GaugeMetricFamily
            yield kind(name_of(key), f"metrics()[{key!r}] of pynet", value=value)
        since, self.last = (
            pynet.event_loop_utilization(self.last),
            pynet.event_loop_utilization(),
        )
        yield GaugeMetricFamily(
            "pynet_loop_utilization",
            "Busy part of the time, 0 to 1",
            value=since.utilization,
        )
        each = GaugeMetricFamily("pynet_connections", "Open connections", labels=["server"])
        for server in pynet.servers():
            each.add_metric([f"{server.host}:{server.port}"], server.stats.active)
        yield each


def main() -> None:
    prometheus_client.REGISTRY.register(LoopCollector())
    port, metrics_port = int(sys.argv[1]), int(sys.argv[2])
    # It answers on threads of its own. Each of these functions may be called on any thread.
    http, _ = prometheus_client.start_http_server(metrics_port, "127.0.0.1")

    def start() -> None:
        server = pynet.create_server(lambda sock: sock.pipe(sock)).listen(port, "127.0.0.1")
        print("listening on", server.port, flush=True)
        print("metrics on", http.server_port, flush=True)

    pynet.run(start, signals=True, on_uncaught="log")


if __name__ == "__main__":
    main()
