"""Servers of other styles run in workers unchanged: threads, asyncio attached to pynet, streams like asyncio's."""

from __future__ import annotations

import pytest

from clusters import PREAMBLE
from helpers import run_script

# The primary asks each of 8 clients for an answer, and then ends the cluster.
PRIMARY = (
    PREAMBLE
    + """
def primary():
    listening, answers = [], []
    def on_listening(worker, address):
        listening.append(worker)
        if len(listening) == 2:
            for i in range(8):
                client = pynet.connect(address["port"], "127.0.0.1")
                client.write(b"question %d\\n" % i)
                client.on("data", answers.append)
                client.on("close", closed)
    def closed(had_error):
        ends.append(had_error)
        if len(ends) == 8:
            say(sorted(answers))
            cluster.disconnect(timeout=5)
    ends = []
    cluster.on("listening", on_listening)
    cluster.on("exit", lambda worker, code, signal: say(code, signal))
    cluster.fork(), cluster.fork()

if cluster.is_primary:
    pynet.run(primary)
    sys.exit()
"""
)

THREADS = """
def handle(sock):
    for line in sock.lines():
        sock.write(b"answer to " + line)
        return
pynet.serve(handle, 0, "127.0.0.1")
pynet.run()
"""
THREADS_IN_MAIN = THREADS.replace(
    'pynet.serve(handle, 0, "127.0.0.1")\npynet.run()',
    """
pynet.run(lambda: pynet.serve(handle, 0, "127.0.0.1"), signals=True)
""",
)
ASYNCIO = """
import asyncio
from pynet import aio
async def handle(sock):
    line = await sock.read_until(b"\\n")
    sock.write(b"answer to " + line.strip())
async def main():
    server = await aio.serve(handle, 0, "127.0.0.1")
    await pynet.once(server, "close")
HOW(main())
"""
STREAMS = """
import asyncio
from pynet import aio
async def handle(reader, writer):
    line = await reader.readline()
    writer.write(b"answer to " + line.strip())
    await writer.drain()
    writer.close()
async def main():
    server = await aio.start_server(handle, "127.0.0.1", 0)
    async with server:
        await server.serve_forever()
HOW(main())
"""
CALLBACKS_IN_ASYNCIO = """
import asyncio
from pynet import aio
def on_connection(sock):
    sock.on("data", lambda data: sock.end(b"answer to " + data.strip()))
async def main():
    server = pynet.create_server(on_connection)
    server.listen(0, "127.0.0.1")
    await server.wait("listening")
    await pynet.once(server, "close")
HOW(main())
"""


@pytest.mark.parametrize(
    "worker",
    [
        pytest.param(THREADS, id="threads"),
        pytest.param(THREADS_IN_MAIN, id="threads-run-main"),
        *(
            pytest.param(source.replace("HOW", how), id=f"{name}-{how}")
            for name, source in (("tasks", ASYNCIO), ("streams", STREAMS), ("callbacks", CALLBACKS_IN_ASYNCIO))
            for how in ("asyncio.run", "aio.run")
        ),
    ],
)
def test_unchanged(worker):
    done = run_script(PRIMARY + worker, timeout=40)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        repr(([b"answer to question %d" % i for i in range(8)],)),
        "(0, None)",
        "(0, None)",
    ]
