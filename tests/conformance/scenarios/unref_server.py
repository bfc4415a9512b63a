"""An unref'd server, before or after listen(), does not keep the loop."""

import pynet
from harness import listen, note, place, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close")
    trace("srv", "returns itself", server.unref() is server)
    listen(server)
    late = pynet.create_server()

    def listening():
        trace("late", "listening")
        late.unref()

    listen(late, listening, place("late.sock"))
    pynet.set_timeout(note("main", "timer"), 60)


run(main)
