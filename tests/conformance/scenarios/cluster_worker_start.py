import os
import sys

from clustering import cluster, fork, me, roles
from harness import kind, policy, trace


def primary():
    cluster.setup_primary(args=[f"{policy}-{kind}", "more"])
    trace("P", "roles", cluster.is_primary, cluster.is_worker, cluster.worker)
    fork({"MINE": "given"})


def worker():
    worker = cluster.worker
    trace(me, "roles", cluster.is_primary, cluster.is_worker, worker.id, len(cluster.workers))
    trace(me, "worker", worker.state, worker.is_connected(), worker.is_dead())
    trace(me, "arguments", sys.argv[1:])
    given = [name for name in os.environ if "UNIQUE_ID" in name or "CHANNEL_FD" in name]
    trace(me, "environment", os.environ["MINE"], given)
    worker.on("online", lambda: trace(me, "online"))
    worker.disconnect()


roles(primary, worker)
