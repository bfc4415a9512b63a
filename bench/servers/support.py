"""What the Python servers share: where to listen, and a small control channel for the memory measurement."""

import gc
import json
import os
import sys
import threading


def unix_path():
    """The unix path to listen at, or None for TCP on a free port."""
    return sys.argv[1] if len(sys.argv) > 1 else None


def announce(where, counters=dict):
    """The first line on stdout tells whoever started us where we are."""
    print(where, flush=True)
    if os.environ.get("BENCH_CONTROL"):
        threading.Thread(target=_answer, args=(counters,), daemon=True).start()


def _answer(counters):
    """Answer each line on stdin, after a collection, with one line of JSON."""
    for _line in sys.stdin:
        gc.collect()
        print(json.dumps(counters()), flush=True)
