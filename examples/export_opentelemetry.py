"""An echo server whose numbers go to OpenTelemetry; here an exporter prints them as JSON.

    pip install opentelemetry-sdk
    python examples/export_opentelemetry.py 8124 5     # every 5 seconds

Ctrl-C ends it in order.
"""

import sys
from collections.abc import Callable, Iterable

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    PeriodicExportingMetricReader,
)

import pynet

COUNTERS = (
    "turns",
    "bytes_read",
    "bytes_written",
    "accepted",
    "connect_failed",
    "uncaught",
)
GAUGES = ("sockets", "servers", "timers", "lookups", "longest_turn_s")

Observe = Callable[[CallbackOptions], Iterable[Observation]]


def of_metrics(key: str) -> Observe:
    return lambda options: [Observation(pynet.metrics()[key])]


def utilization(options: CallbackOptions) -> Iterable[Observation]:
    """Since the last export. Time without a driver counts as neither busy nor idle."""
    global last
    since, last = pynet.event_loop_utilization(last), pynet.event_loop_utilization()
    return [Observation(since.utilization)]


def connections(options: CallbackOptions) -> Iterable[Observation]:
    return [
        Observation(server.stats.active, {"server": f"{server.host}:{server.port}"})
        for server in pynet.servers()
    ]


last = pynet.event_loop_utilization()


def observe(meter: Meter) -> None:
    for key in COUNTERS:
        meter.create_observable_counter(f"pynet.{key}", [of_metrics(key)])
    for key in GAUGES:
        meter.create_observable_gauge(f"pynet.{key}", [of_metrics(key)])
    meter.create_observable_gauge("pynet.loop.utilization", [utilization])
    meter.create_observable_gauge("pynet.connections", [connections])


def main() -> None:
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    exporter = ConsoleMetricExporter(
        formatter=lambda data: data.to_json(indent=None) + "\n"
    )
    # Its thread may call each of these functions: any thread may.
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=seconds * 1000)
    provider = MeterProvider([reader])
    observe(provider.get_meter("pynet"))

    def start() -> None:
        server = pynet.create_server(lambda sock: sock.pipe(sock)).listen(port, "127.0.0.1")
        print("listening on", server.port, flush=True)

    pynet.run(start, signals=True, on_uncaught="log")
    provider.shutdown()


if __name__ == "__main__":
    main()
