"""What scripts that fork use; imports pynet, so not for scripts that look at the import itself."""

from __future__ import annotations

import os
import signal
import traceback

import pynet
from isolated.tools import echo_server, talk


def fork(child):
    """Forks and calls child() in the child; collect() of what this gives is what that returned, as text."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        os.close(r)
        try:
            text = str(child())
        except BaseException:
            text = traceback.format_exc()
        os.write(w, text.encode())
        os._exit(0)
    os.close(w)
    return pid, r


def collect(forked):
    pid, r = forked
    with open(r) as pipe:
        text = pipe.read()
    status = os.waitpid(pid, 0)[1]
    assert status == 0, (status, text)
    return text


def in_child(child):
    """Forks, calls child() in the child, and gives what it returned, as text; it reports a child that crashes."""
    return collect(fork(child))


def code(call, *args):
    """What the call returns, or the code of what it raises."""
    try:
        return call(*args)
    except pynet.NetError as error:
        return error.code


def hello_anew():
    """The answer of an echo server that is made now."""
    server = echo_server()
    answer = talk(server)
    server.close()
    return answer
