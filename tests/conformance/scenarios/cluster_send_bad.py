import pynet
from clustering import cluster, fork, me, roles
from harness import attempt


def all_rows(worker, who):
    attempt(who, "no message", lambda: worker.send())
    attempt(who, "a function", lambda: worker.send(lambda: None))
    attempt(who, "a list as handle", lambda: worker.send("message", []))
    attempt(who, "a mapping as handle", lambda: worker.send("message", {"port": 1}))
    attempt(who, "a number as handle", lambda: worker.send("message", 5))
    attempt(who, "a block list as handle", lambda: worker.send("message", pynet.BlockList()))


def worker():
    all_rows(cluster.worker, me)
    cluster.worker.disconnect()


roles(lambda: all_rows(fork(), "P"), worker)
