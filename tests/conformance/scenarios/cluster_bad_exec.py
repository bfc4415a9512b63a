import sys

from clustering import cluster, me, roles
from harness import trace


def start(label, settings):
    cluster.setup_primary(**settings)
    worker = cluster.fork()

    def exited(code, signal):
        trace(f"{me} {label}", "exit", code, signal, worker.exited_after_disconnect)

    worker.on("exit", exited)


def primary():
    start("script", {"exec": "not-there"})
    start("option", {"exec": sys.argv[0], "exec_argv": ["--no-such-option"]})


roles(primary, lambda: None)
