"""Each method of each type: with wrong arguments, in the child of a fork, after the loop's end, without a thread."""

import socket

import pytest

import isolated
import pynet

# What calls with any number of arguments.
ANY = {"emit"}

SCRIPT = """
import io, os, socket, sys, threading
import pynet
from pynet import _pynet

ARGS = {
    "connect": (80,), "write": (b"x",), "unshift": (b"x",), "set_default_encoding": ("utf8",),
    "pipe": (pynet.Socket(),), "wait": ("close", 0), "read_until": (b"x",), "read_exactly": (1,),
    "set_timeout": (5,), "writelines": ([b"x"],), "set_type_of_service": (0,), "listen": (0, "127.0.0.1"),
    "get_connections": (print,), "__exit__": (None,) * 3, "set_read_timeout": (5,),
    "set_option": (socket.SOL_SOCKET, socket.SO_RCVBUF, 5), "get_option": (socket.SOL_SOCKET, socket.SO_RCVBUF),
    "send_file": (io.BytesIO(b"x"),), "send_handle": (None,),
}
FUNCTIONS = {
    "connect": (80,), "set_timeout": (print, 5), "set_interval": (print, 5), "set_immediate": (print,),
    "next_tick": (print,), "run": (),
}
OF_EVENTS = dir(pynet.EventEmitter)

def outcome(call, args):
    try:
        call(*args)
    except Exception as error:
        return getattr(error, "code", None) or type(error).__name__
    return "ok"

def report(**things):
    for label, thing in things.items():
        names = [n for n in dir(thing) if n == n.lower() and n[0] != "_" and n not in OF_EVENTS]
        found = {}
        for name in ("__iter__", "__aiter__", "__enter__", "__exit__", *names):
            if callable(getattr(thing, name)):
                found.setdefault(outcome(getattr(thing, name), ARGS.get(name, ())), []).append(name)
        for kind in sorted(found):
            print(label, kind, *sorted(found[kind]))
    found = {}
    for name, args in FUNCTIONS.items():
        found.setdefault(outcome(getattr(pynet, name), args), []).append(name)
    for kind in sorted(found):
        print("module", kind, *sorted(found[kind]))
    sys.stdout.flush()

def connected():
    here, there = socket.socketpair()
    sock = pynet.Socket(fd=here.detach())
    sock.peer = there
    return sock
"""

SOCKET = (
    "close connect cork destroy destroy_soon detach drain end flush get_option get_type_of_service pause pipe read "
    "read_exactly read_until ref reset_and_destroy resume send_file send_handle set_default_encoding set_encoding "
    "set_keep_alive set_no_delay set_option set_read_timeout set_timeout set_type_of_service start_tls uncork unpipe "
    "unref unshift wait write writelines"
)
SERVER = "__aiter__ __iter__ accept close get_connections listen ref set_secure_context shutdown unref wait"


def lines(source):
    return isolated.check(SCRIPT + source).splitlines()


def test_methods_in_the_child_of_a_fork():
    """Objects of the parent: what concerns the connection raises; the events are only Python's."""
    got = lines("""
server = pynet.create_server(print).listen(0, "127.0.0.1")
things = {"connected": connected(), "new": pynet.Socket(), "listening": server, "closed": pynet.Server()}
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    FUNCTIONS = {}
    report(**things)
    os._exit(0)
os.waitpid(pid, 0)
server.close()
things["connected"].destroy()
things["connected"].peer.close()
""")
    for label, names in (("connected", SOCKET), ("new", SOCKET), ("listening", SERVER), ("closed", SERVER)):
        assert f"{label} ERR_FORKED {names}" in got
    assert {line.split()[1] for line in got} == {"ERR_FORKED", "ok"}


@pytest.mark.posix_only("send_handle() is refused first")
def test_methods_after_the_end_of_the_loop():
    got = lines("""
server = pynet.create_server(print).listen(0, "127.0.0.1").unref()
sock, new, closed = connected(), pynet.Socket(), pynet.Server()
_pynet._at_exit()
report(connected=sock, new=new, listening=server, closed=closed)
sock.peer.close()
""")
    for label, names in (("connected", SOCKET), ("new", SOCKET), ("listening", SERVER), ("closed", SERVER)):
        assert f"{label} ERR_LOOP_CLOSED {names}" in got
    assert "module ERR_LOOP_CLOSED connect next_tick run set_immediate set_interval set_timeout" in got
    assert {line.split()[1] for line in got} == {"ERR_LOOP_CLOSED", "ok"}


def test_methods_of_what_is_made_after_the_end_of_the_loop():
    """What waits raises: once, read_exactly() waited for ever."""
    got = lines("""
server = pynet.create_server(print).listen(0, "127.0.0.1").unref()
_pynet._at_exit()
report(new=pynet.Socket(), closed=pynet.Server())
print("iteration", outcome(next, (iter(pynet.Socket()),)), outcome(next, (iter(pynet.Server()),)))
""")
    waits = "read_exactly read_until reset_and_destroy resume send_file set_read_timeout set_timeout unshift wait"
    assert f"new ERR_LOOP_CLOSED close connect destroy destroy_soon detach pipe read {waits}" in got
    assert "closed ERR_LOOP_CLOSED accept close get_connections listen shutdown wait" in got
    assert got[-1] == "iteration ERR_LOOP_CLOSED ERR_LOOP_CLOSED"


NEEDS_A_THREAD = (
    "__exit__ close connect destroy destroy_soon drain end flush pause pipe read read_exactly read_until "
    "reset_and_destroy resume send_file set_encoding uncork unpipe unshift wait write writelines"
)


@pytest.mark.posix_only("a stack cannot be that big")
def test_methods_when_no_thread_can_be_started():
    """A stack that fits nowhere: what gives the loop something to do raises, and run() does it all the same."""
    got = lines("""
threading.stack_size(1 << 46)
sock, server = pynet.Socket(), pynet.Server()
del FUNCTIONS["run"]
report(new=sock, closed=server)
sock.on("close", lambda had_error: print("closed by run()"))
pynet.run(server.close)
print(sock.destroyed, server.listening)
""")
    assert f"new RuntimeError {NEEDS_A_THREAD}" in got
    assert "closed RuntimeError __aiter__ __exit__ __iter__ close get_connections listen shutdown wait" in got
    assert "module RuntimeError connect next_tick set_immediate set_interval set_timeout" in got
    assert got[-2:] == ["closed by run()", "True False"]


# --- arguments ---


def methods(thing):
    names = [name for name in dir(thing) if name == name.lower() and not name.startswith("_")]
    return [name for name in names if callable(getattr(thing, name)) and name not in ANY]


THINGS = {
    "emitter": pynet.EventEmitter,
    "socket": pynet.Socket,
    "server": pynet.Server,
    "block list": pynet.BlockList,
    "address": pynet.SocketAddress,
    "controller": pynet.AbortController,
    "signal": lambda: pynet.AbortController().signal,
    "timer": lambda: pynet.set_timeout(print, 1e6).unref(),
    "module": lambda: pynet._pynet,
}
OF_ANY_COUNT = {"next_tick", "set_immediate", "set_interval", "set_timeout", "is_ip"}


@pytest.fixture(params=THINGS)
def thing(request):
    return THINGS[request.param]()


def test_too_many_arguments_are_a_type_error(thing):
    for name in methods(thing):
        if thing is not pynet._pynet or name not in OF_ANY_COUNT:
            with pytest.raises(TypeError):
                getattr(thing, name)(*[object()] * 12)


def test_an_unknown_keyword_is_a_type_error(thing):
    for name in methods(thing):
        with pytest.raises(TypeError):
            getattr(thing, name)(no_such_argument=5)


def test_an_unknown_keyword_after_arguments_is_a_type_error(thing):
    for name in methods(thing):
        for count in range(1, 6):
            with pytest.raises((TypeError, ValueError)):
                getattr(thing, name)(*[5] * count, no_such_argument=5)


def test_wrong_arguments_leave_a_connection_as_it_is():
    here, there = socket.socketpair()
    with there:
        sock = pynet.Socket(fd=here.detach())
        for name in methods(sock):
            with pytest.raises(TypeError):
                getattr(sock, name)(no_such_argument=5)
        there.sendall(b"x")
        assert (sock.destroyed, sock.fileno() > 0, sock.wait("data", 5)) == (False, True, b"x")
        sock.destroy()
