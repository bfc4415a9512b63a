"""pynet in the cells of a real ipykernel: what docs/notebooks.md says."""

from __future__ import annotations

import pytest

import isolated

manager = pytest.importorskip("jupyter_client.manager")
pytest.importorskip("ipykernel")

SERVE = """
import pynet
def on_connection(sock):
    sock.write("hello\\n")
    sock.pipe(sock)
server = pynet.create_server(on_connection).listen(0, "127.0.0.1")
sock = pynet.connect(server.address())
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """run(source): runs a cell, and gives (what it printed, its result or the text of its error)."""
    km = manager.KernelManager()
    # ipykernel drops its folder from the path, also when PYTHONPATH names it.
    km.start_kernel(env=isolated.environment(), cwd=str(tmp_path_factory.mktemp("notebook")))
    client = km.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)

        def run(source):
            printed, result = [], []

            def hook(message):
                content = message["content"]
                if message["msg_type"] == "stream":
                    printed.append(content["text"])
                elif message["msg_type"] == "execute_result":
                    result.append(content["data"]["text/plain"])
                elif message["msg_type"] == "error":
                    result.append(f"{content['ename']}: {content['evalue']}")

            client.execute_interactive(source, output_hook=hook, timeout=60)
            return "".join(printed), "".join(result)

        yield run
    finally:
        client.stop_channels()
        km.shutdown_kernel(now=True)


@pytest.fixture
def cell(kernel):
    """The kernel, with a server and a socket that connects to it."""
    assert kernel(SERVE) == ("", "")
    yield kernel
    kernel("sock.destroy(); server.close()")


def test_await_in_a_cell(cell):
    assert cell("await sock.wait('connect', timeout=5)") == ("", "")
    assert cell("await sock.read_until(b'\\n', timeout=5)") == ("", "b'hello\\n'")
    assert cell("sock.write('1234'); await sock.read_exactly(4, timeout=5)") == ("", "b'1234'")


def test_async_for_in_a_cell(cell):
    assert cell("async for line in sock.lines():\n    print(line)\n    break") == ("b'hello'\n", "")


def test_without_await_the_cell_shows_what_to_write(cell):
    assert cell("sock.read_exactly(4, timeout=5)") == ("", "<pynet: await sock.read_exactly(4)>")


def test_a_loop_in_a_cell_raises(cell):
    printed, error = cell("for chunk in sock: pass")
    assert error.startswith("RuntimeError: ") and error.endswith("write async for chunk in sock")


def test_a_wait_whose_result_is_thrown_away_raises(cell):
    printed, error = cell("sock.wait('data')\nprint('not reached')")
    assert printed == "" and error.endswith("write await sock.wait('data')")


def test_result_in_a_cell_raises(cell):
    assert cell("pynet.once(sock, 'drop').result()")[1].endswith("write await pynet.once(sock, 'drop')")


def test_a_helper_of_a_script_runs_in_a_thread(cell):
    source = (
        "import asyncio\ndef helper():\n    return sock.read_exactly(5, timeout=5)\nawait asyncio.to_thread(helper)"
    )
    assert cell(source) == ("", "b'hello'")
