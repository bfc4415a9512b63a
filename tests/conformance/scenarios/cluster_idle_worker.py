import os

from clustering import attributes, cluster, fork, hear, me, roles, tell
from harness import record


def primary():
    idle = fork({"ROLE": "idle"}, attributes)
    other = fork()
    other.on("exit", lambda code, signal: tell(idle, "are you there"))
    hear(idle, {"yes": idle.disconnect})


def worker():
    record(cluster.worker, f"{me}/worker", "message disconnect")
    if os.environ.get("ROLE") == "idle":
        hear(cluster.worker, {"are you there": lambda: tell(cluster.worker, "yes")})
    else:
        cluster.worker.disconnect()


roles(primary, worker)
