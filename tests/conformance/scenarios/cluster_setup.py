from clustering import cluster, roles
from harness import kind, policy, trace


def primary():
    args = [f"{policy}-{kind}"]
    trace("P", "before", len(cluster.settings))
    cluster.on("setup", lambda settings: trace("P", "setup", settings["args"]))
    cluster.on("fork", lambda worker: trace("P", "fork", worker.id))
    cluster.setup_primary(args=[*args, "first"])
    trace("P", "after", cluster.settings["args"])
    cluster.setup_primary(args=[*args, "second"])
    cluster.setup_primary()
    trace("P", "after", cluster.settings["args"], "silent", cluster.settings["silent"])
    cluster.fork().disconnect()


roles(primary, lambda: None)
