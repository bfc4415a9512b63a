import json
import os

from clustering import after_listening, answering, fork, fork_dying, probe, roles, target
from harness import listen


def primary():
    workers = [fork_dying(), fork_dying()]

    def again(place):
        worker = fork({"PLACE": json.dumps(place)})
        worker.on("listening", lambda address: probe(target(address), worker.disconnect))

    def listening(targets):
        ended = []

        def ends(code, signal):
            ended.append(code)
            if len(ended) == 2:
                probe(targets[0], lambda: again(targets[0]))

        for worker in workers:
            worker.on("exit", ends)
            worker.kill("SIGKILL")

    after_listening(2, listening)


def worker():
    place = os.environ.get("PLACE")
    server = answering()
    if place is None:
        listen(server)
    else:
        server.listen(json.loads(place))


roles(primary, worker)
