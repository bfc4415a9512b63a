"""A listening descriptor for which the kernel reports an error to libuv, which then stops watching it."""

import os
import shutil
import subprocess

import pytest

import isolated
from paths import SUPPORT

SOURCE = SUPPORT / "isolated" / "failing_poll.c"


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    target = tmp_path_factory.mktemp("shim") / "failing_poll.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", target, SOURCE, "-ldl"], check=True)
    return str(target)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_the_server_goes_on_accepting(shim, kind, tmp_path):
    where = (0, "127.0.0.1") if kind == "tcp" else (str(tmp_path / "s.sock"),)
    out = isolated.check(
        f"""
        import ctypes
        import pynet
        from helpers import raw_client, two_turns, wait_until

        accepted, clients = [], []
        server = pynet.create_server(accepted.append).listen(*{where!r})
        shim = ctypes.CDLL(None)
        two_turns()
        for count in (2, 4, 6):
            shim.fail_next_event(server.fileno())
            clients.append(raw_client(server))
            print(wait_until(lambda: len(accepted) == count - 1))
            clients.append(raw_client(server))
            print(wait_until(lambda: len(accepted) == count))
        server.shutdown(0)
        """,
        env={"LD_PRELOAD": " ".join(filter(None, [os.environ.get("LD_PRELOAD"), shim]))},  # a sanitizer comes first
        timeout=40,
    )
    assert out == "True\nTrue\n" * 3
