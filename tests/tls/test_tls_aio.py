"""pynet.aio over TLS: connect(), listen(), serve(), and asyncio's streams; asyncio itself runs the same tests."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys

import pytest

import pynet
from asyncio_streams import OURS, echo, sends, visit
from authority import context_of
from helpers import run_coroutine

# --- connect(), listen(), serve() ---


def ignore(sock):
    """A server without a listener accepts nothing."""


@pytest.mark.parametrize("module", [pynet.aio, pynet.promises], ids=["aio", "promises"])
def test_connect_returns_after_the_handshake(module, server_context, client_context):
    async def main():
        async with await module.listen(0, "127.0.0.1", ssl=server_context, listener=ignore) as server:
            sock = await module.connect(server.port, "localhost", ssl=client_context)
            seen = sock.encrypted, sock.authorized, sock.servername, sock.get_protocol()[:3]
            sock.destroy()
            return seen

    assert run_coroutine(main()) == (True, True, "localhost", "TLS")


def test_connect_raises_the_error_of_the_handshake(server_context, other_authority):
    async def main():
        async with await pynet.aio.listen(0, "127.0.0.1", ssl=server_context, listener=ignore) as server:
            with pytest.raises(ssl.SSLCertVerificationError) as caught:
                await pynet.aio.connect(server.port, "localhost", ssl=other_authority.client_context())
            return caught.value

    error = run_coroutine(main())
    assert isinstance(error, pynet.NetTLSCertVerificationError)
    assert error.code == "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"


def test_a_cancelled_connect_destroys_the_socket(client_context):
    """The peer accepts, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        async def main():
            task = asyncio.create_task(
                pynet.aio.connect(
                    listener.getsockname()[1], "127.0.0.1", ssl=client_context, server_hostname="localhost"
                )
            )
            loop = asyncio.get_running_loop()
            peer = await loop.run_in_executor(None, lambda: listener.accept()[0])
            with peer:
                hello = await loop.run_in_executor(None, peer.recv, 5)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                with contextlib.suppress(ConnectionResetError):
                    while await loop.run_in_executor(None, peer.recv, 65536):
                        pass
            return hello[:1]

        assert run_coroutine(main()) == b"\x16"


def test_iteration_over_a_server_gives_secure_connections(server_context, client_context):
    async def main():
        async with await pynet.aio.listen(0, "127.0.0.1", ssl=server_context) as server:
            connecting = asyncio.create_task(pynet.aio.connect(server.port, "localhost", ssl=client_context))
            async for sock in server:
                protocol = sock.get_protocol()
                break
            (await connecting).destroy()
            return protocol

    assert run_coroutine(main()).startswith("TLS")


def test_serve_calls_the_handler_after_the_handshake(server_context, client_context):
    async def handler(sock):
        async for line in sock.lines():
            sock.write(f"{sock.get_protocol()[:3]} {line.decode()}\n")

    async def main():
        server = await pynet.aio.serve(handler, 0, "127.0.0.1", ssl=server_context)
        sock = await pynet.aio.connect(server.port, "localhost", ssl=client_context)
        sock.write("one\n")
        answer = await sock.read_until(b"\n")
        sock.end()
        await server.shutdown(5)
        return answer

    assert run_coroutine(main()) == b"TLS one\n"


# --- asyncio's streams ---


def closing(serve):
    """A handler of start_server() that closes its end."""

    async def handle(reader, writer):
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    return handle


@pytest.fixture(params=["pynet", "asyncio"])
def streams(request):
    return OURS if request.param == "pynet" else asyncio


@pytest.fixture
def talk(streams, kind, tmp_path, server_context, client_context):
    """talk(serve, client): runs `await client(reader, writer)` against a server with ssl= that awaits
    `serve(reader, writer)`; plain=True: without ssl=."""

    def run(serve, client, plain=False, **options):
        async def main():
            done = asyncio.get_running_loop().create_future()

            async def handle(reader, writer):
                try:
                    await serve(reader, writer)
                finally:
                    writer.close()
                    if not done.done():
                        done.set_result(None)

            theirs = {} if plain else {"ssl": server_context}
            ours = {} if plain else {"ssl": client_context, "server_hostname": "localhost"}
            ours.update(options)
            if kind == "tcp":
                server = await streams.start_server(handle, "127.0.0.1", 0, **theirs)
                address = server.sockets[0].getsockname()
                reader, writer = await streams.open_connection(*address, **ours)
            else:
                path = str(tmp_path / "s.sock")
                server = await streams.start_unix_server(handle, path, **theirs)
                reader, writer = await streams.open_unix_connection(path, **ours)
            try:
                result = await client(reader, writer)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            await done
            server.close()
            await server.wait_closed()
            return result

        return run_coroutine(main())

    return run


def test_an_echo(talk):
    async def client(reader, writer):
        writer.write(b"hello\n")
        return await reader.readline()

    assert talk(echo, client) == b"hello\n"


def test_much_data_to_the_end(talk):
    async def client(reader, writer):
        return await reader.read()

    big = bytes(range(256)) * 4000
    assert talk(sends(big, b"x", big), client) == big + b"x" + big


def test_readuntil_over_many_records(talk):
    async def client(reader, writer):
        return [await reader.readline() for _ in range(3)], await reader.readexactly(4)

    assert talk(sends(b"on", b"e\ntw", b"o\nthree\nre", b"st"), client) == ([b"one\n", b"two\n", b"three\n"], b"rest")


def test_get_extra_info_of_tls(talk, client_context):
    async def client(reader, writer):
        secure = writer.get_extra_info("ssl_object")
        cipher = writer.get_extra_info("cipher")
        names = [value for kind, value in writer.get_extra_info("peercert")["subjectAltName"] if kind == "DNS"]
        return (
            isinstance(secure, ssl.SSLObject),
            cipher == secure.cipher(),
            names,
            writer.get_extra_info("sslcontext") is client_context,
            writer.get_extra_info("compression"),
        )

    assert talk(sends(), client) == (True, True, ["localhost"], True, None)


def test_get_extra_info_without_tls(talk):
    async def client(reader, writer):
        names = ("ssl_object", "cipher", "peercert", "sslcontext", "compression")
        return [writer.get_extra_info(name, "nothing") for name in names]

    assert talk(sends(), client, plain=True) == ["nothing"] * 5


def test_the_server_sees_tls_in_its_handler(talk):
    async def serve(reader, writer):
        writer.write(writer.get_extra_info("ssl_object").version().encode())

    async def client(reader, writer):
        return await reader.read()

    assert talk(serve, client).startswith(b"TLS")


def test_a_certificate_that_is_not_trusted(streams, server_context, other_authority):
    async def main():
        server = await streams.start_server(closing(visit), "127.0.0.1", 0, ssl=server_context)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ssl.SSLCertVerificationError):
            await streams.open_connection("localhost", port, ssl=other_authority.client_context())
        server.close()
        await server.wait_closed()

    run_coroutine(main())


def test_the_host_is_the_name_that_is_checked(streams, authority):
    """server_hostname is another name than the address."""

    async def main():
        context = context_of(authority.issue("a.example"))
        server = await streams.start_server(closing(sends(b"hi")), "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        trusting = authority.client_context()
        with pytest.raises(ssl.SSLCertVerificationError):
            await streams.open_connection("127.0.0.1", port, ssl=trusting)
        reader, writer = await streams.open_connection("127.0.0.1", port, ssl=trusting, server_hostname="a.example")
        data = await reader.readexactly(2)
        writer.close()
        server.close()
        return data

    assert run_coroutine(main()) == b"hi"


def test_over_a_connected_socket(streams, server_context, client_context):
    async def main():
        server = await streams.start_server(closing(sends(b"hi")), "127.0.0.1", 0, ssl=server_context)
        plain = socket.create_connection(server.sockets[0].getsockname())
        plain.setblocking(False)
        reader, writer = await streams.open_connection(sock=plain, ssl=client_context, server_hostname="localhost")
        data = await reader.readexactly(2)
        writer.close()
        server.close()
        return data

    assert run_coroutine(main()) == b"hi"


def test_a_peer_that_never_answers(streams, client_context):
    """asyncio raises ConnectionAbortedError, pynet its own: both are OSErrors."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        async def main():
            port = listener.getsockname()[1]
            with pytest.raises(OSError) as caught:
                await streams.open_connection("localhost", port, ssl=client_context, ssl_handshake_timeout=0.05)
            return caught.value

        error = run_coroutine(main())
    if streams is OURS:
        assert error.code == "ERR_TLS_HANDSHAKE_TIMEOUT"
        assert isinstance(error, ssl.SSLError)


def test_a_server_ends_a_client_that_never_shakes_hands(server_context):
    async def main():
        server = await OURS.start_server(closing(visit), "127.0.0.1", 0, ssl=server_context, ssl_handshake_timeout=0.05)
        reader, writer = await OURS.open_connection(*server.sockets[0].getsockname())
        data = await reader.read()
        writer.close()
        server.close()
        return data

    assert run_coroutine(main()) == b""


def test_a_session_is_resumed(server_context, client_context):
    client_context.maximum_version = ssl.TLSVersion.TLSv1_2  # its ticket comes with the handshake

    async def main():
        server = await OURS.start_server(closing(echo), "127.0.0.1", 0, ssl=server_context)
        port = server.sockets[0].getsockname()[1]
        _, first = await OURS.open_connection("localhost", port, ssl=client_context)
        session = first.get_extra_info("ssl_object").session
        _, second = await OURS.open_connection("localhost", port, ssl=client_context, session=session)
        reused = second.get_extra_info("ssl_object").session_reused
        for each in (first, second):
            each.close()
        server.close()
        return reused

    assert run_coroutine(main()) is True


@pytest.mark.parametrize(
    "options",
    [
        {"server_hostname": "a.example"},
        {"ssl": False, "server_hostname": "a.example"},
        {"ssl_handshake_timeout": 1},
        {"ssl_shutdown_timeout": 1},
    ],
    ids=["name", "name, no ssl", "handshake", "shutdown"],
)
def test_options_that_do_not_fit(streams, options):
    async def main():
        with pytest.raises(ValueError):
            await streams.open_connection("127.0.0.1", 1, **options)

    run_coroutine(main())


@pytest.mark.parametrize("options", [{"ssl_handshake_timeout": 0}, {"ssl_shutdown_timeout": -1}], ids=str)
def test_timeouts_are_positive(options, client_context):
    """asyncio sees it when it has connected."""

    async def main():
        with pytest.raises(ValueError):
            await OURS.open_connection("127.0.0.1", 1, ssl=client_context, **options)

    run_coroutine(main())


def test_a_unix_socket_needs_a_name(streams, client_context):
    async def main():
        with pytest.raises(ValueError, match="server_hostname"):
            await streams.open_unix_connection("/nowhere", ssl=client_context)

    run_coroutine(main())


@pytest.mark.parametrize("value", [True, 3, "context"], ids=repr)
def test_a_server_needs_a_context(value):
    async def main():
        with pytest.raises(TypeError):
            await OURS.start_server(echo, "127.0.0.1", 0, ssl=value)

    run_coroutine(main())


# --- start_tls() ---


@pytest.fixture
def upgraded(talk, server_context, client_context):
    """upgraded(after, before=...): a client and a server that go over to TLS behind a line in clear text."""

    def run(client, serve, **options):
        async def their_side(reader, writer):
            assert await reader.readline() == b"STARTTLS\n"
            writer.write(b"ok\n")
            await writer.start_tls(server_context)
            await serve(reader, writer)

        async def our_side(reader, writer):
            writer.write(b"STARTTLS\n")
            assert await reader.readline() == b"ok\n"
            await writer.start_tls(client_context, server_hostname="localhost")
            return await client(reader, writer)

        return talk(their_side, our_side, plain=True, **options)

    return run


no_start_tls_on_servers = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="asyncio knows the server's side since 3.12"
)


@pytest.mark.parametrize("streams", ["pynet", pytest.param("asyncio", marks=no_start_tls_on_servers)], indirect=True)
def test_start_tls_on_both_sides(upgraded):
    async def client(reader, writer):
        writer.write(b"hello\n")
        return await reader.readline(), writer.get_extra_info("ssl_object").version()[:3]

    assert upgraded(client, echo) == (b"hello\n", "TLS")


@pytest.mark.parametrize("streams", ["pynet"], indirect=True)
def test_start_tls_keeps_reader_writer_and_socket(upgraded):
    async def client(reader, writer):
        assert reader is writer
        writer.write(b"x")
        return await reader.readexactly(1), writer.sock.encrypted

    assert upgraded(client, echo) == (b"x", True)


@pytest.mark.parametrize("streams", ["pynet"], indirect=True)
def test_the_first_bytes_of_tls_may_be_in_the_buffer(talk, server_context, client_context):
    """The server has read the ClientHello together with the line before it: uvloop#707, python/cpython#79156."""

    async def serve(reader, writer):
        while b"\x16" not in reader._buffer:
            await asyncio.sleep(0)
        assert await reader.readline() == b"STARTTLS\n"
        await writer.start_tls(server_context)
        writer.write(await reader.readline())

    async def client(reader, writer):
        writer.write(b"STARTTLS\n")
        await writer.start_tls(client_context, server_hostname="localhost")
        writer.write(b"hello\n")
        return await reader.readline()

    assert talk(serve, client, plain=True) == b"hello\n"


@pytest.mark.parametrize("streams", ["pynet"], indirect=True)
def test_what_is_queued_leaves_in_clear_text_first(talk, server_context, client_context):
    big = b"x" * 3_000_000

    async def serve(reader, writer):
        writer.write(big)
        await writer.start_tls(server_context)
        writer.write(b"secret")

    async def client(reader, writer):
        data = await reader.readexactly(len(big))
        await writer.start_tls(client_context, server_hostname="localhost")
        return data == big, await reader.read()

    assert talk(serve, client, plain=True) == (True, b"secret")


@pytest.mark.parametrize("streams", ["pynet"], indirect=True)
def test_clear_text_behind_the_command_fails_the_handshake(talk, server_context):
    """A third party could have put it there: it must never count as a command in TLS."""

    async def serve(reader, writer):
        while b"NOOP" not in reader._buffer:
            await asyncio.sleep(0)
        await reader.readline()
        with pytest.raises(ssl.SSLError):
            await writer.start_tls(server_context)

    async def client(reader, writer):
        writer.write(b"STARTTLS\nNOOP\n")
        with contextlib.suppress(ConnectionResetError):
            await reader.read()

    talk(serve, client, plain=True)


@pytest.mark.parametrize("streams", ["pynet"], indirect=True)
def test_start_tls_that_fails_closes_the_stream(talk, server_context, other_authority):
    async def serve(reader, writer):
        with pytest.raises(ssl.SSLError):
            await writer.start_tls(server_context)

    async def client(reader, writer):
        with pytest.raises(ssl.SSLCertVerificationError):
            await writer.start_tls(other_authority.client_context(), server_hostname="localhost")
        return writer.is_closing(), writer.sock.destroyed

    assert talk(serve, client, plain=True) == (True, True)


@pytest.mark.parametrize("streams", ["pynet"], indirect=True)
def test_a_cancelled_start_tls_closes_the_stream(talk, client_context):
    async def serve(reader, writer):
        while await reader.read(1000):
            pass

    async def client(reader, writer):
        task = asyncio.create_task(writer.start_tls(client_context, server_hostname="localhost"))
        while not writer.sock.encrypted:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return writer.sock.destroyed

    assert talk(serve, client, plain=True) is True


@pytest.mark.parametrize("streams", ["pynet"], indirect=True)
def test_start_tls_twice(upgraded, client_context):
    async def client(reader, writer):
        with pytest.raises(pynet.NetError) as caught:
            await writer.start_tls(client_context, server_hostname="localhost")
        return caught.value.code

    assert upgraded(client, sends()) == "ERR_TLS_ALREADY"
