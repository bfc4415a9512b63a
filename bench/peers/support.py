"""What the Python peers share: where to listen or connect, and a small control channel for measurements."""

import gc
import json
import os
import sys
import threading

BACKLOG = 511  # Node's and pynet's default; the same for all


def unix_path(place=1):
    """The unix path to listen at, or None for TCP on a free port."""
    return sys.argv[place] if len(sys.argv) > place else None


def target(place=1):
    """Where to connect to, by an argument, a port or a unix path: the options for it."""
    where = sys.argv[place]
    return {"host": "127.0.0.1", "port": int(where)} if where.isdigit() else {"path": where}


def announce(where, counters=dict):
    """Say on the first line of stdout where this server listens; then answer the control channel, if there is one."""
    print(where, flush=True)
    if os.environ.get("BENCH_CONTROL"):
        threading.Thread(target=_answer, args=(counters,), daemon=True).start()


def _answer(counters):
    """Answer each line on stdin, after a collection, with one line of JSON."""
    for _line in sys.stdin:
        gc.collect()
        print(json.dumps(counters()), flush=True)
