"""A process that has imported pynet, and forks for each scenario: most of a short process is the start of Python.

Reads lines of JSON from stdin: {"script", "kind", "folder", "stdout", "stderr"}; the last two are files. Answers each
with the wait status of the child. The child runs the script as Python would, and exits as Python does.
"""

import gc
import importlib
import json
import os
import runpy
import sys

# What harness.py imports; harness.py itself reads sys.argv.
for module in ("re", "threading", "traceback", "zlib", "pynet"):
    importlib.import_module(module)


def prepare(request):
    """The child: its folder, standard streams and arguments."""
    os.chdir(request["folder"])
    for fd, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, request["stdout"], os.O_WRONLY | os.O_CREAT),
        (2, request["stderr"], os.O_WRONLY | os.O_CREAT),
    ):
        opened = os.open(name, flags, 0o600)
        os.dup2(opened, fd)
        os.close(opened)
    sys.argv = [request["script"], request["kind"]]


def main():
    gc.freeze()  # a collection in a child copies no pages of this process
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            prepare(request)
            runpy.run_path(request["script"], run_name="__main__")
            return
        print(os.waitpid(pid, 0)[1], flush=True)


main()
