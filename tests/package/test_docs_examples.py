"""The examples of node:net's documentation, in Python, with clients that are not ours as well: `socket` and `nc`."""

import shutil
import socket
import subprocess
import textwrap

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, target


@pytest.fixture
def nc():
    """nc of the OpenBSD kind (-U: unix sockets, -N: half-close at the end of the input)."""
    found = shutil.which("nc")
    if found is None:
        pytest.fail("nc is not installed: apt-get install netcat-openbsd")
    help_text = subprocess.run([found, "-h"], capture_output=True, text=True, timeout=10, check=False)
    if "OpenBSD" not in help_text.stdout + help_text.stderr:
        pytest.fail("nc is not the OpenBSD one: apt-get install netcat-openbsd")

    def run(*args, stdin=b""):
        return subprocess.run([found, "-N", *args], input=stdin, capture_output=True, timeout=20, check=False)

    return run


def nc_place(srv):
    address = srv.address()
    return ("-U", address) if isinstance(address, str) else (address.address, str(address.port))


@pytest.fixture
def echo_server(where):
    """createServer(): `hello`, then an echo; it notes the clients that go."""
    log = Recorder(pynet.EventEmitter())

    def on_connection(client):
        log.note("client connected")()
        client.on("end", log.note("client disconnected"))
        client.write("hello\r\n")
        client.pipe(client)

    srv = pynet.create_server(on_connection)
    srv.on("error", log.note("error"))
    srv.listen(*where, log.note("server bound"))
    log.wait("server bound")
    yield srv, log
    srv.close()


def test_echo_server_and_client(echo_server):
    srv, log = echo_server
    said = []

    def start():
        client = pynet.create_connection(target(srv), lambda: client.write("world!\r\n"))

        def on_data(data):
            said.append(data)
            if b"".join(said) == b"hello\r\nworld!\r\n":
                client.end()

        client.on("data", on_data)
        client.on("end", log.note("disconnected from server"))

    on_loop(start)
    log.wait("disconnected from server").wait("client disconnected")
    assert b"".join(said) == b"hello\r\nworld!\r\n"
    assert log.names[:2] == ["server bound", "client connected"]


def test_echo_server_and_python_socket(echo_server):
    srv, log = echo_server
    with raw_client(srv) as client:
        answers = client.makefile("rb")
        assert answers.readline() == b"hello\r\n"
        for line in (b"one\r\n", b"two\r\n"):
            client.sendall(line)
            assert answers.readline() == line
        client.shutdown(socket.SHUT_WR)
        assert answers.read() == b""
    log.wait("client disconnected")


def test_echo_server_and_nc(echo_server, nc):
    srv, log = echo_server
    lines = b"".join(b"line %d\n" % number for number in range(1000))
    done = nc(*nc_place(srv), stdin=lines)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"hello\r\n" + lines
    log.wait("client disconnected")


def test_client_and_server_of_nc(nc, tmp_path):
    """The other way round: nc listens on a unix socket, we are the client."""
    path = tmp_path / "nc.sock"
    command = [shutil.which("nc"), "-N", "-l", "-U", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as listener:
        try:
            client = pynet.Socket()
            log = Recorder(client, "data", "end", "close")
            client.on("error", lambda err: pynet.set_timeout(client.connect, 5, path))  # not there yet
            client.on("connect", lambda: client.write(b"from pynet"))
            client.connect(path)
            assert listener.stdout.read(10) == b"from pynet"
            listener.stdin.write(b"from nc")
            listener.stdin.close()
            log.wait("end")
            assert log.data() == b"from nc"
            assert listener.wait(10) == 0
        finally:
            listener.kill()
    client.destroy()


def test_server_on_any_free_port():
    """server.listen() without arguments, and address() in the callback."""
    log = Recorder(pynet.EventEmitter())
    srv = pynet.create_server(lambda sock: sock.end("goodbye\n"))
    srv.on("error", log.note("error"))
    srv.listen(lambda: log.note("opened server on")(srv.address()))
    info = log.wait("opened server on")["opened server on"]
    assert (info.address, info.family) == ("::", "IPv6")
    with socket.create_connection(("127.0.0.1", info.port), timeout=5) as client:
        assert client.makefile("rb").read() == b"goodbye\n"
    srv.close()


def test_echo_sock(tmp_path, nc):
    """listen('/tmp/echo.sock'), `nc -U /tmp/echo.sock`, createConnection({path})."""
    path = str(tmp_path / "echo.sock")
    srv = pynet.create_server(lambda sock: sock.pipe(sock)).listen(path)
    assert nc("-U", path, stdin=b"by nc").stdout == b"by nc"
    client = pynet.create_connection({"path": path})
    log = Recorder(client, "data", "close")
    client.end("by pynet")
    log.wait("close")
    assert log.data() == b"by pynet"
    srv.close()
    assert nc("-U", path).returncode != 0


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_retry_when_the_address_is_in_use(where):
    """server.on('error'): close, wait, listen again."""
    log = Recorder(pynet.EventEmitter())
    first = pynet.create_server(lambda sock: sock.end(b"first")).listen(*where)
    place = target(first)
    second = pynet.create_server(lambda sock: sock.end(b"second"))

    def on_error(err):
        if err.code == "EADDRINUSE":
            log.note("Address in use, retrying...")()
            first.close()
            pynet.set_timeout(retry, 10)

    def retry():
        second.close()
        second.listen(place)

    second.on("error", on_error)
    second.on("listening", log.note("listening"))
    second.listen(place)
    log.wait("listening")
    assert log.names == ["Address in use, retrying...", "listening"]
    with raw_client(second) as client:
        assert client.makefile("rb").read() == b"second"
    second.close()


def test_timeout_example(server):
    """socket.setTimeout(); socket.on('timeout'): end()."""
    log = Recorder(pynet.EventEmitter())

    def on_connection(sock):
        sock.set_timeout(30)

        def on_timeout():
            log.note("socket timeout")()
            sock.end()

        sock.on("timeout", on_timeout)
        sock.resume()

    srv = server(on_connection)
    with raw_client(srv) as client:
        client.sendall(b"something, and then nothing")
        assert client.recv(10) == b""
    assert log.names == ["socket timeout"]


EXAMPLE = """
    import sys
    import pynet

    def main():
        def on_connection(sock):
            sock.write("hello\\r\\n")
            sock.pipe(sock)
            server.close()

        server = pynet.create_server(on_connection)
        server.on("error", lambda err: print("server:", err))
        server.listen(0, "127.0.0.1", lambda: print(server.address().port, flush=True))

    pynet.run(main)
    print("nothing left to do")
"""


def test_the_server_of_the_readme_as_a_script(nc):
    """In the foreground: run() returns when the one client has gone."""
    import sys

    from paths import ROOT

    command = [sys.executable, "-c", textwrap.dedent(EXAMPLE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as served:
        try:
            port = served.stdout.readline().strip()
            done = nc("127.0.0.1", port, stdin=b"hi")
            assert done.stdout == b"hello\r\nhi"
            assert served.stdout.read() == "nothing left to do\n"
            assert served.wait(10) == 0
        finally:
            served.kill()
