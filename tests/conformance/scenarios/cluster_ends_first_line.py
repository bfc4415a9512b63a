from clustering import cluster, me, roles
from harness import trace

if cluster.is_worker:
    raise RuntimeError("on purpose")


def primary():
    cluster.fork().on("exit", lambda code, signal: trace(me, "exit", code, signal))


roles(primary, lambda: None)
