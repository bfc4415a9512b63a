import os
import signal
import subprocess
import sys

from clustering import answering, cluster, fork, hear, me, roles, tell
from harness import listen, record, trace


def launch():
    """A primary in a process of its own; the worker has the pipe, too, so the pipe ends with it."""
    inner = subprocess.run([sys.executable, *sys.argv], env={**os.environ, "INNER": "1"}, stdout=subprocess.PIPE)
    trace("P", "ended", None, signal.Signals(-inner.returncode).name)
    trace("P", "its worker", inner.stdout.decode().strip().split("\n"))


def primary():
    if "INNER" not in os.environ:
        return launch()
    worker = fork()
    hear(worker, {"ready": lambda: os.kill(os.getpid(), signal.SIGKILL)})


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening close")
    record(cluster.worker, f"{me}/worker", "disconnect")
    server.on("listening", lambda: tell(cluster.worker, "ready"))
    listen(server)


roles(primary, worker)
