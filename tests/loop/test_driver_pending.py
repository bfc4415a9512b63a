"""Listeners that libuv calls back before it polls, in the same uv_run(): what they close must not be polled."""

import os
import shutil
import subprocess
import sys

import pytest

import isolated
from paths import SUPPORT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds descriptors in /proc")

SOURCE = SUPPORT / "isolated" / "refusing_connect.c"
PRELUDE = """
    import contextlib, ctypes, os, threading
    import pynet
    from helpers import two_turns, wait_until
    from isolated.tools import raw_connect

    ctypes.CDLL(None).refuse_port(1)
    def backend():
        for fd in os.listdir("/proc/self/fd"):
            with contextlib.suppress(FileNotFoundError):  # of the listing itself
                if "eventpoll" in os.readlink(f"/proc/self/fd/{fd}"): return int(fd)
    peers = []
    server = pynet.create_server({"pause_on_connect": True}, peers.append).listen(0, "127.0.0.1")
    raw = raw_connect(server)
    wait_until(lambda: peers)
    sock = peers[0]
    # Beside what is done to it, its watch changes: the poll of this uv_run() hands it to the kernel.
    def strike(then):
        connection = pynet.connect(1, "127.0.0.1")
        connection.on("error", lambda err: (sock.resume(), then()))
        pynet.set_timeout(lambda: (raw.close(), server.close()), 50)
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    target = tmp_path_factory.mktemp("shim") / "refusing_connect.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", target, SOURCE, "-ldl"], check=True)
    return str(target)


@pytest.fixture
def check(shim):
    def check(script):
        preload = " ".join(filter(None, [os.environ.get("LD_PRELOAD"), shim]))  # a sanitizer comes first
        return isolated.check(isolated.join(PRELUDE, script), env={"LD_PRELOAD": preload}).splitlines()

    return check


def test_a_listener_closes_the_backend(check):
    out = check("""
        for _ in range(2):
            try:
                pynet.run(lambda: strike(lambda: os.close(backend())))
            except pynet.NetError as error:
                print(error.code)
    """)
    assert out == ["ERR_LOOP_DEAD"] * 2


def test_a_listener_closes_the_backend_in_the_background(check):
    out = check("""
        import sys
        sys.unraisablehook = lambda args: print(args.exc_value.code, flush=True)
        driver = next(thread for thread in threading.enumerate() if thread.name == "pynet")
        with pynet.turn():
            strike(lambda: os.close(backend()))
        driver.join(10)
        print(driver.is_alive())
    """)
    assert out == ["ERR_LOOP_DEAD", "False"]


def test_a_listener_closes_the_descriptor_of_a_socket(check):
    out = check("""
        sock.on("error", lambda err: print(err.code))
        sock.on("close", lambda had_error: print("close", had_error))
        pynet.run(lambda: strike(lambda: os.close(sock.fileno())))
    """)
    assert out == ["EBADF", "close True"]


def test_a_listener_closes_the_descriptor_of_a_server(check):
    out = check("""
        def listen():
            other = pynet.create_server(lambda sock: None)
            other.on("error", lambda err: (print(err.code), other.close()))
            other.listen(0, "127.0.0.1")
            os.close(other.fileno())
        pynet.run(lambda: strike(listen))
        print("over")
    """)
    assert out == ["EBADF", "over"]


def test_a_listener_forks(check):
    out = check("""
        def fork():
            pid = os.fork()
            if pid == 0:
                return
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
        parent = os.getpid()
        pynet.run(lambda: strike(fork))
        if os.getpid() != parent:
            os._exit(7)
        print("over")
    """)
    assert out == ["7", "over"]


def test_a_listener_raises(check):
    out = check("""
        sock.on("data", lambda data: print(data))
        raw.sendall(b"x")
        try:
            pynet.run(lambda: strike(lambda: 1 / 0))
        except ZeroDivisionError:
            print("raised", sock.bytes_read)
        pynet.run()
        print("over", sock.bytes_read)
    """)
    assert out == ["raised 0", "b'x'", "over 1"]
