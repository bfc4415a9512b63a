"""An echo server that logs JSON lines: connections, slow listeners, a stuck loop.

    python examples/json_logs.py 8124

Ctrl-C ends it in order.
"""

import json
import logging
import sys
import time
from typing import Any

import pynet
from pynet import diagnostics

log = logging.getLogger("echo")


class JsonFormatter(logging.Formatter):
    """The record's message and level, and the fields that `extra` has added."""

    usual = {*vars(logging.makeLogRecord({})), "message", "asctime"}

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {k: v for k, v in vars(record).items() if k not in self.usual}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=repr)


def accepted(message: Any, name: str) -> None:
    sock = message["socket"]
    log.info("accepted", extra={"peer": sock.remote_address, "port": sock.remote_port})


def closed(message: Any, name: str) -> None:
    sock = message["socket"]
    fields = {"bytes_read": sock.bytes_read, "bytes_written": sock.bytes_written}
    log.info(
        "closed", extra={"peer": sock.remote_address, "port": sock.remote_port, **fields}
    )


def slow(found: pynet.SlowListener) -> None:
    name = getattr(found.listener, "__qualname__", repr(found.listener))
    log.warning("slow listener", extra={"listener": name, "seconds": found.seconds})


def blocked(found: pynet.Blocked) -> None:
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in found.stack]
    log.error("the loop is stuck", extra={"seconds": found.seconds, "stack": where})


def on_connection(sock: pynet.Socket) -> None:
    @sock.on("data")
    def on_data(data: bytes) -> None:
        if data == b"sleep\n":
            time.sleep(0.6)  # what a listener must not do
        if data == b"fail\n":
            raise ValueError("asked to fail")
        sock.write(data)

    sock.on("error", lambda err: log.info("lost", extra={"error": str(err)}))


def main() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    diagnostics.subscribe("net.server.socket", accepted)
    diagnostics.subscribe("pynet.socket.close", closed)
    pynet.set_slow_listener(0.1, slow)
    pynet.watch_blocked(0.2, blocked)

    def start() -> None:
        server = pynet.create_server(on_connection).listen(int(sys.argv[1]), "127.0.0.1")
        print("listening on", server.port, flush=True)

    pynet.run(start, signals=True, on_uncaught="log")


if __name__ == "__main__":
    main()
