from clustering import attributes, cluster, fork, roles
from harness import note


def primary():
    fork({}, attributes)
    cluster.on("online", lambda worker: cluster.disconnect(note("P W1", "called")))


roles(primary, lambda: None)
