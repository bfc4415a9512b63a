"""The option --tls of the command line: connect, listen and echo, beside Python's ssl and each other."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

import pytest

from authority import context_of
from commands import BIG, cli, done, finished, place_of, receive_all


@pytest.fixture
def running():
    """A function that starts a command; those that still run are killed at the end."""
    started = []

    def run(*args, **options):
        started.append(cli(*args, **options))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        with contextlib.suppress(BrokenPipeError), process:
            pass


@pytest.fixture
def free_place(kind, tmp_path):
    return "127.0.0.1:0" if kind == "tcp" else str(tmp_path / "place.sock")


@pytest.fixture
def certified(certificate):
    return ["--tls", "--cert", certificate.cert, "--key", certificate.key]


@pytest.fixture
def echo(running, free_place, certified):
    """Where a server that echoes over TLS listens."""
    return place_of(running("echo", *certified, free_place).stdout)


@pytest.fixture
def serving(server_context):
    """serving(function): the port of a server by the module ssl, which calls function(sock) for one connection."""
    threads = []

    def start(function, context=server_context):
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            with listener:
                plain = listener.accept()[0]
            plain.settimeout(20)
            with plain, contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
                function(secure)
                with secure.unwrap() as rest:  # to the client's end: closing with unread bytes would be a reset
                    receive_all(rest)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return listener.getsockname()[1]

    yield start
    for thread in threads:
        thread.join()


# --- echo ---


def test_connect_to_echo(echo, authority):
    status, out, err = done(
        "connect", "--tls", "--cafile", authority.cert, "--servername", "localhost", *echo, data=b"hello\n"
    )
    assert (status, out, err) == (0, b"hello\n", b"")


def test_much_data(echo, authority):
    status, out, err = done(
        "connect", "--tls", "--cafile", authority.cert, "--servername", "localhost", *echo, data=BIG
    )
    assert (status, out == BIG, err) == (0, True, b"")


def test_echo_beside_the_module_ssl(running, certified, client_context):
    host, port = place_of(running("echo", *certified, "127.0.0.1:0").stdout)
    with (
        socket.create_connection((host, int(port)), timeout=20) as plain,
        client_context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"hello")
        assert secure.recv(5) == b"hello"


def test_echo_lives_on_after_a_client_without_tls(running, certified, client_context):
    process = running("echo", "-v", *certified, "127.0.0.1:0")
    host, port = place_of(process.stdout)
    with socket.create_connection((host, int(port)), timeout=20) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        receive_all(plain)
    assert b"failed: ERR_SSL_HTTP_REQUEST" in process.stderr.readline()
    with (
        socket.create_connection((host, int(port)), timeout=20) as plain,
        client_context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"x")
        assert secure.recv(1) == b"x"


# --- connect ---


def test_the_host_is_the_name_that_is_checked(serving, authority):
    port = serving(lambda sock: sock.sendall(b"hi"))
    assert done("connect", "--tls", "--cafile", authority.cert, f"localhost:{port}") == (0, b"hi", b"")


def test_a_certificate_of_another_name(serving, authority):
    port = serving(lambda sock: None, context_of(authority.issue("a.example")))
    status, out, err = done("connect", "--tls", "--cafile", authority.cert, f"localhost:{port}")
    assert (status, out) == (1, b"")
    assert err.startswith(b"pynet: ERR_TLS_CERT_ALTNAME_INVALID")
    assert err.count(b"\n") == 1


def test_a_certificate_that_nobody_trusts(serving):
    port = serving(lambda sock: None)
    status, _out, err = done("connect", "--tls", f"localhost:{port}")
    assert status == 1
    assert b"UNABLE_TO_GET_ISSUER_CERT_LOCALLY" in err
    assert b"--cafile" in err


def test_insecure_takes_any_certificate(serving):
    port = serving(lambda sock: sock.sendall(b"hi"))
    assert done("connect", "--tls", "--insecure", f"localhost:{port}") == (0, b"hi", b"")


def test_servername_is_what_the_server_is_asked_for(serving, server_context):
    asked = []
    server_context.sni_callback = lambda sock, name, context: asked.append(name)
    port = serving(lambda sock: sock.sendall(b"hi"))
    assert done("connect", "--tls", "--insecure", "--servername", "a.example", f"localhost:{port}")[0] == 0
    assert asked == ["a.example"]


def test_alpn(serving, server_context):
    server_context.set_alpn_protocols(["two"])
    port = serving(lambda sock: sock.sendall(sock.selected_alpn_protocol().encode()))
    assert done("connect", "--tls", "--insecure", "--alpn", "one,two", f"localhost:{port}") == (0, b"two", b"")


def test_verbose_reports_the_handshake(serving, authority):
    port = serving(lambda sock: sock.sendall(b"hi"))
    _status, _out, err = done("connect", "-v", "--tls", "--cafile", authority.cert, f"localhost:{port}")
    lines = [line for line in err.decode().splitlines() if line.startswith("encrypted: TLSv1.")]
    assert len(lines) == 1
    assert lines[0].endswith(", the certificate is verified")


def test_a_server_that_never_answers(silent):
    status, _out, err = done("connect", "--tls", "--timeout", "200ms", *silent)
    assert status == 1
    assert b"The TLS handshake has taken too long" in err


def test_a_path_needs_a_name(tmp_path):
    status, _out, err = done("connect", "--tls", tmp_path / "s.sock")
    assert status == 2
    assert b" connect: --tls to a path needs --servername, or --insecure" in err


@pytest.mark.parametrize(
    "options",
    [
        ["connect", "--cafile", "x", "1"],
        ["connect", "--insecure", "1"],
        ["connect", "--servername", "a", "1"],
        ["connect", "--alpn", "h2", "1"],
        ["connect", "--tls", "--insecure", "--cafile", "x", "1"],
        ["connect", "--tls", "--alpn", "", "1"],
        ["listen", "--cert", "x", "0"],
        ["listen", "--key", "x", "0"],
        ["listen", "--tls", "0"],
        ["listen", "--tls", "--cert", "x", "--exec", "cat", "0"],
        ["echo", "--tls", "0"],
    ],
    ids=" ".join,
)
def test_options_that_do_not_fit(options):
    status, out, err = done(*options)
    assert (status, out) == (2, b"")
    assert b"--" in err
    assert err.count(b"\n") == 1


@pytest.mark.parametrize("command", [["connect", "--cafile"], ["listen", "--cert"], ["echo", "--cert"]], ids=" ".join)
def test_files_that_cannot_be_used(command, tmp_path):
    name, option = command
    missing, wrong = tmp_path / "missing", tmp_path / "wrong"
    wrong.write_text("nothing of use\n")
    for path, reason in ((missing, b"No such file"), (wrong, b"")):
        status, out, err = done(name, "--tls", option, path, "1")
        assert (status, out) == (1, b"")
        assert str(path).encode() in err
        assert reason in err
        assert err.count(b"\n") == 1


# --- listen ---


def test_listen_joins_an_encrypted_connection(running, certified, free_place, authority):
    listen = running("listen", "-v", *certified, free_place)
    place = place_of(listen.stderr)
    connect = running("connect", "--tls", "--cafile", authority.cert, "--servername", "localhost", *place)
    connect.stdin.write(b"from the client")
    connect.stdin.close()
    assert listen.stdout.read(15) == b"from the client"
    status, out, _err = finished(listen, b"from the server")
    assert (status, out) == (0, b"")
    assert connect.stdout.read() == b"from the server"
    assert connect.wait(20) == 0


def test_a_failed_handshake_does_not_count_as_the_connection(running, certified, client_context):
    listen = running("listen", *certified, "127.0.0.1:0")
    host, port = place_of(listen.stderr)
    with socket.create_connection((host, int(port)), timeout=20) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        receive_all(plain)
    assert listen.stderr.readline().startswith(b"pynet: ERR_SSL_HTTP_REQUEST")
    with (
        socket.create_connection((host, int(port)), timeout=20) as plain,
        client_context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"hello")
        assert listen.stdout.read(5) == b"hello"
        listen.stdin.close()
        assert secure.recv(1) == b""
    assert listen.wait(20) == 0


def test_key_and_certificate_in_one_file(running, certificate, client_context, tmp_path):
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.key.read_bytes() + certificate.cert.read_bytes())
    host, port = place_of(running("echo", "--tls", "--cert", both, "127.0.0.1:0").stdout)
    with (
        socket.create_connection((host, int(port)), timeout=20) as plain,
        client_context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        assert isinstance(secure, ssl.SSLSocket)
