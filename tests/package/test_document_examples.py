"""Every example of node:net's documentation, in Python: each a script in a process of its own, in both spellings.

Ports are 0 instead of fixed ones, and paths are under tmp_path. What the document does with telnet, the socket module
does here; what it does with nc is done with nc where there is one, and with the socket module everywhere.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess

import pytest

from running import Running

NODE_NAMES = {
    "create_server": "createServer",
    "create_connection": "createConnection",
    "set_timeout": "setTimeout",
    "add_address": "addAddress",
    "add_range": "addRange",
    "add_subnet": "addSubnet",
    "is_ipv4": "isIPv4",
    "is_ipv6": "isIPv6",
    "is_ip": "isIP",
}


def in_node_s_names(source: str) -> str:
    return re.sub(r"\b(" + "|".join(NODE_NAMES) + r")\b", lambda match: NODE_NAMES[match.group()], source)


@pytest.fixture(params=["PEP 8", "Node"])
def spelled(request):
    """spelled(source): the source, with the names of PEP 8 or with Node's."""
    return in_node_s_names if request.param == "Node" else lambda source: source


@pytest.fixture
def start():
    """start(source, *args): a Running script, ended when the test is over."""
    with contextlib.ExitStack() as stack:

        def run(source, *args):
            running = Running(source, *args)
            stack.enter_context(running.process)
            stack.callback(running.process.kill)
            return running

        yield run


# --- class net.BlockList, net.isIP() and its kin ---

BLOCK_LIST = """
    import pynet
    block_list = pynet.BlockList()
    block_list.add_address("123.123.123.123")
    block_list.add_range("10.0.0.1", "10.0.0.10")
    block_list.add_subnet("8592:757c:efae:4e45::", 64, "ipv6")

    print(block_list.check("123.123.123.123"))
    print(block_list.check("10.0.0.3"))
    print(block_list.check("222.111.111.222"))

    # IPv6 notation for IPv4 addresses works:
    print(block_list.check("::ffff:7b7b:7b7b", "ipv6"))
    print(block_list.check("::ffff:123.123.123.123", "ipv6"))
"""

IS_IP = """
    import pynet
    print(pynet.is_ip("::1"), pynet.is_ip("127.0.0.1"), pynet.is_ip("127.000.000.001"), pynet.is_ip("127.0.0.1/24"),
          pynet.is_ip("fhqwhgads"))
    print(pynet.is_ipv4("127.0.0.1"), pynet.is_ipv4("127.000.000.001"), pynet.is_ipv4("127.0.0.1/24"),
          pynet.is_ipv4("fhqwhgads"))
    print(pynet.is_ipv6("::1"), pynet.is_ipv6("fhqwhgads"))
"""


def test_block_list(script, spelled):
    done = script(spelled(BLOCK_LIST))
    assert (done.stdout.split(), done.stderr) == (["True", "True", "False", "True", "True"], "")


def test_is_ip(script, spelled):
    done = script(spelled(IS_IP))
    assert (done.stdout, done.stderr) == ("6 4 0 0 0\nTrue False False False\nTrue False\n", "")


# --- net.createServer(), net.createConnection(), telnet and nc ---

# argv: where to listen, a port or a path
ECHO_SERVER = """
    import sys
    import pynet

    def main():
        def on_connection(c):
            # 'connection' listener.
            print("client connected")
            c.on("end", lambda: print("client disconnected"))
            c.write("hello\\r\\n")
            c.pipe(c)

        def on_error(err):
            raise err

        def on_listening():
            address = server.address()
            print("server bound", address if isinstance(address, str) else address.port)

        server = pynet.create_server(on_connection)
        server.on("error", on_error)
        server.listen(sys.argv[1], on_listening)

    pynet.run(main, signals=True)
"""

# argv: a key of the options, and its value
CLIENT = """
    import sys
    import pynet

    def main():
        def on_connect():
            # 'connect' listener.
            print("connected to server!")
            client.write("world!\\r\\n")

        got = []

        def on_data(data):
            got.append(data)
            if b"".join(got) == b"hello\\r\\nworld!\\r\\n":  # the document's client ends after the first piece
                print(b"".join(got).decode().split())
                client.end()

        client = pynet.create_connection({sys.argv[1]: sys.argv[2]}, on_connect)
        client.on("data", on_data)
        client.on("end", lambda: print("disconnected from server"))

    pynet.run(main)
"""

SAID_BY_CLIENT = "connected to server!\n['hello', 'world!']\ndisconnected from server\n"


@pytest.fixture(params=["tcp", "unix"])
def echo(request, start, spelled, tmp_path):
    """(the running echo server, a key for the options of connect(), its value)"""
    unix = request.param == "unix"
    running = start(spelled(ECHO_SERVER), tmp_path / "echo.sock" if unix else 0)
    bound, where = running.line().rsplit(" ", 1)
    assert bound == "server bound"
    return running, "path" if unix else "port", where


def test_echo_server_and_client(echo, start, spelled):
    server, key, where = echo
    client = start(spelled(CLIENT), key, where)
    assert client.rest() == SAID_BY_CLIENT
    assert [server.line(), server.line()] == ["client connected", "client disconnected"]
    assert server.stop() == ""


def test_echo_server_and_telnet(echo):
    """What telnet does: lines to and fro, over the name localhost."""
    server, key, where = echo
    if key == "port":
        client = socket.create_connection(("localhost", int(where)), timeout=5)
    else:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(5)
        client.connect(where)
    with client:
        answers = client.makefile("rb")
        assert answers.readline() == b"hello\r\n"
        client.sendall(b"typed\r\n")
        assert answers.readline() == b"typed\r\n"
        assert server.line() == "client connected"
        client.shutdown(socket.SHUT_WR)
        assert answers.read() == b""
    assert server.line() == "client disconnected"
    assert server.stop() == ""


@pytest.mark.posix_only("pipes are no files")
def test_the_path_goes_with_the_server(start, spelled, tmp_path):
    """listen('/tmp/echo.sock'): the file is there while it listens, and is unlinked by close()."""
    path = tmp_path / "echo.sock"
    server = start(spelled(ECHO_SERVER), path)
    assert server.line() == f"server bound {path}"
    assert path.is_socket()
    server.stop()
    assert not path.exists()


NC = shutil.which("nc")


@pytest.mark.skipif(NC is None, reason="nc is not installed; the socket module does its work in the other tests")
def test_nc_and_a_unix_path(start, spelled, tmp_path):
    """nc -U /tmp/echo.sock"""
    path = tmp_path / "echo.sock"
    server = start(spelled(ECHO_SERVER), path)
    server.line()
    with subprocess.Popen([NC, "-U", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as nc:
        assert nc.stdout.readline() == b"hello\r\n"
        nc.stdin.write(b"typed\n")
        nc.stdin.flush()
        assert nc.stdout.readline() == b"typed\n"
        assert server.line() == "client connected"
        nc.kill()
    assert server.line() == "client disconnected"
    server.stop()


# argv: a port
ONREAD = """
    import sys
    import pynet

    # Reuses a 4KiB buffer for every read from the socket.
    buffer = bytearray(4 * 1024)

    def main():
        def callback(nread, buf):
            # Received data is available in `buf` from 0 to `nread`.
            print(buf is buffer, nread, buf[:nread].decode().strip())
            client.end()

        client = pynet.create_connection({
            "port": sys.argv[1],
            "onread": {"buffer": buffer, "callback": callback},
        })
        client.on("data", lambda data: print("no data events"))

    pynet.run(main)
"""


def test_onread(start, spelled):
    server = start(spelled(ECHO_SERVER), 0)
    port = server.line().split()[-1]
    assert start(spelled(ONREAD), port).rest() == "True 7 hello\n"
    assert [server.line(), server.line()] == ["client connected", "client disconnected"]


# --- server.address(), server.listen() ---

ADDRESS = """
    import pynet

    def main():
        def on_error(err):
            # Handle errors here.
            raise err

        server = pynet.create_server(lambda socket: (socket.end("goodbye\\n"), server.close())).on("error", on_error)
        assert server.address() is None, "before 'listening'"

        # Grab an arbitrary unused port.
        server.listen(lambda: print(*server.address()))
        server.on("close", lambda: print("closed", server.address()))

    pynet.run(main)
"""


def test_address(start, spelled):
    running = start(spelled(ADDRESS))
    address, port, family = running.line().split()
    assert (address, family) in [("::", "IPv6"), ("0.0.0.0", "IPv4")]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5) as client:
        assert client.makefile("rb").read() == b"goodbye\n"
    assert running.rest() == "closed None\n"


# argv: the port that another process listens on
RETRY = """
    import sys
    import pynet

    PORT, HOST = sys.argv[1], "127.0.0.1"

    def main():
        def on_error(e):
            if e.code == "EADDRINUSE":
                print("Address in use, retrying...")
                pynet.set_timeout(again, 20)

        def again():
            server.close()
            server.listen(PORT, HOST)

        server = pynet.create_server(lambda socket: (socket.end(), server.close()))
        server.on("error", on_error)
        server.on("listening", lambda: print("listening"))
        server.listen(PORT, HOST)

    pynet.run(main)
"""


def test_retry_while_the_address_is_in_use(start, spelled):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        running = start(spelled(RETRY), port)
        assert [running.line() for _ in range(3)] == ["Address in use, retrying..."] * 3
    while (line := running.line()) == "Address in use, retrying...":
        pass
    assert line == "listening"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        assert client.recv(10) == b""
    assert running.rest() == ""


EXCLUSIVE = """
    import pynet

    def main():
        server = pynet.create_server(lambda socket: (socket.end("exclusive"), server.close()))
        server.listen({
            "host": "localhost",
            "port": 0,
            "exclusive": True,
        })
        server.on("listening", lambda: print(server.address().port))

    pynet.run(main)
"""


def test_exclusive(start, spelled):
    running = start(spelled(EXCLUSIVE))
    with socket.create_connection(("localhost", int(running.line())), timeout=5) as client:
        assert client.makefile("rb").read() == b"exclusive"
    assert running.rest() == ""


ABORT = """
    import sys
    import pynet

    def main():
        controller = pynet.AbortController()
        server = pynet.create_server()
        server.on("close", lambda: print("close", server.listening, controller.signal.aborted))
        server.on("error", lambda err: print("error", err))

        def on_listening():
            print("listening", server.listening)
            # Later, when you want to close the server.
            pynet.set_timeout(controller.abort, 1)

        server.listen({
            "host": "localhost",
            "port": 0,
            "signal": controller.signal,
        }, on_listening)

    pynet.run(main)
    print("over")
"""


def test_abort(script, spelled):
    done = script(spelled(ABORT))
    assert (done.stdout, done.stderr) == ("listening True\nclose False True\nover\n", "")


# --- socket.setTimeout() ---

TIMEOUT = """
    import pynet

    def main():
        def on_connection(socket):
            socket.set_timeout(30)

            def on_timeout():
                print("socket timeout", socket.timeout, socket.destroyed)
                socket.end()

            socket.on("timeout", on_timeout)
            socket.on("close", lambda had_error: print("close", had_error))
            socket.resume()
            server.close()

        server = pynet.create_server(on_connection)
        server.listen(0, "127.0.0.1", lambda: print(server.address().port))

    pynet.run(main)
"""


def test_timeout(start, spelled):
    running = start(spelled(TIMEOUT))
    with socket.create_connection(("127.0.0.1", int(running.line())), timeout=5) as client:
        assert client.recv(10) == b"", "the idle connection is ended"
    assert running.rest() == "socket timeout 30 False\nclose False\n"


def test_every_example_has_node_s_names_too():
    """What in_node_s_names() changes is in the examples: else that spelling would be tested twice."""
    sources = BLOCK_LIST + IS_IP + ECHO_SERVER + CLIENT + ONREAD + ADDRESS + RETRY + EXCLUSIVE + ABORT + TIMEOUT
    assert [name for name in NODE_NAMES if not re.search(rf"\b{name}\b", sources)] == []
