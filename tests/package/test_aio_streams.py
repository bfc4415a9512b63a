"""open_connection() and start_server() of pynet.aio: asyncio's own streams run the same tests, as the reference."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import pickle
import socket
import struct
import sys
import types
import weakref

import pytest

import pynet
from helpers import run_coroutine, wait_until

OURS = types.SimpleNamespace(**{name: getattr(pynet.aio, name) for name in pynet.aio.__all__})


@pytest.fixture(params=["pynet", "asyncio"])
def streams(request):
    """The module whose functions the program uses."""
    return OURS if request.param == "pynet" else asyncio


@pytest.fixture
def talk(streams, kind, tmp_path):
    """talk(serve, client): runs `await client(reader, writer)` against a server that awaits `serve(reader, writer)`."""

    def run(serve, client, **options):
        async def main():
            done = asyncio.get_running_loop().create_future()

            async def handle(reader, writer):
                try:
                    await serve(reader, writer)
                finally:
                    writer.close()
                    if not done.done():
                        done.set_result(None)

            if kind == "tcp":
                server = await streams.start_server(handle, "127.0.0.1", 0)
                address = server.sockets[0].getsockname()
                reader, writer = await streams.open_connection(*address, **options)
            else:
                path = str(tmp_path / "s.sock")
                server = await streams.start_unix_server(handle, path)
                reader, writer = await streams.open_unix_connection(path, **options)
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


def sends(*chunks, end=True):
    """A server's handler that sends bytes, a pause of the loop between them, and ends."""

    async def serve(reader, writer):
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0.001)
        if not end:
            await reader.read()

    return serve


async def echo(reader, writer):
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()


async def echo_to_the_end(reader, writer):
    """A handler of a server."""
    try:
        await echo(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def visit(reader, writer):
    """What such a server sends back, to its end: then it has closed."""
    writer.write(b"hello")
    writer.write_eof()
    data = await reader.read()
    writer.close()
    await writer.wait_closed()
    return data


# --- read() ---


def test_read_gives_what_is_there(talk):
    async def client(reader, writer):
        writer.write(b"hello")
        first = await reader.read(100)
        writer.write_eof()
        return first, await reader.read(100)

    assert talk(echo, client) == (b"hello", b"")


def test_read_gives_at_most_n(talk):
    async def client(reader, writer):
        got = [await reader.readexactly(1), await reader.read(2), await reader.read(0), await reader.read(100)]
        return got, await reader.read(5)

    assert talk(sends(b"abcdef"), client) == ([b"a", b"bc", b"", b"def"], b"")


def test_read_without_n_gives_all_until_the_end(talk):
    async def client(reader, writer):
        return await reader.read(), reader.at_eof(), await reader.read(), await reader.read(10)

    big = bytes(range(256)) * 2000
    assert talk(sends(big, b"x", big), client) == (big + b"x" + big, True, b"", b"")


def test_at_eof_only_when_all_is_read(talk):
    async def client(reader, writer):
        seen = [reader.at_eof(), await reader.readexactly(1)]
        while not (len(seen) > 2 and seen[-1]):
            seen.append(reader.at_eof())
            if not seen[-1]:
                await reader.read(1)
        return seen[:2], seen[-1]

    assert talk(sends(b"abc"), client) == ([False, b"a"], True)


# --- readexactly() ---


def test_readexactly_waits_for_all(talk):
    async def client(reader, writer):
        return await reader.readexactly(5), await reader.readexactly(0), await reader.readexactly(3)

    assert talk(sends(b"ab", b"cde", b"fgh"), client) == (b"abcde", b"", b"fgh")


def test_readexactly_at_the_end_takes_what_came(talk):
    async def client(reader, writer):
        with pytest.raises(asyncio.IncompleteReadError) as caught:
            await reader.readexactly(10)
        return caught.value.partial, caught.value.expected, await reader.read(), reader.at_eof()

    assert talk(sends(b"abc"), client) == (b"abc", 10, b"", True)


def test_readexactly_of_more_than_the_limit(talk):
    async def client(reader, writer):
        return len(await reader.readexactly(1_000_000))

    assert talk(sends(bytes(1_000_000)), client, limit=1000) == 1_000_000


def test_readexactly_of_a_negative_number(talk):
    async def client(reader, writer):
        with pytest.raises(ValueError):
            await reader.readexactly(-1)

    talk(sends(b"a"), client)


# --- readuntil(), readline() ---


def test_readuntil_gives_the_separator_too(talk):
    async def client(reader, writer):
        return await reader.readuntil(b"--"), await reader.readuntil(), await reader.read()

    assert talk(sends(b"a-", b"-b\nrest"), client) == (b"a--", b"b\n", b"rest")


def test_readuntil_at_the_end_takes_what_came(talk):
    async def client(reader, writer):
        with pytest.raises(asyncio.IncompleteReadError) as caught:
            await reader.readuntil(b"--")
        return caught.value.partial, caught.value.expected, await reader.read()

    assert talk(sends(b"abc-"), client) == (b"abc-", None, b"")


def test_readuntil_without_a_separator_within_the_limit_takes_nothing(talk):
    async def client(reader, writer):
        await reader.readexactly(1)
        with pytest.raises(asyncio.LimitOverrunError) as caught:
            await reader.readuntil(b"--")
        return caught.value.consumed > 10, await reader.readexactly(3)

    assert talk(sends(b"!" + b"x" * 40, end=False), client, limit=10) == (True, b"xxx")


def test_readuntil_with_the_separator_behind_the_limit_takes_nothing(talk):
    async def client(reader, writer):
        writer.write(b"x" * 11 + b"--y")
        writer.write_eof()
        await asyncio.sleep(0.05)
        with pytest.raises(asyncio.LimitOverrunError) as caught:
            await reader.readuntil(b"--")
        return caught.value.consumed, await reader.read()

    assert talk(echo, client, limit=10) == (11, b"x" * 11 + b"--y")


def test_readuntil_with_as_much_as_the_limit(talk):
    async def client(reader, writer):
        return await reader.readuntil(b"--"), await reader.read()

    assert talk(sends(b"x" * 10 + b"--y"), client, limit=10) == (b"x" * 10 + b"--", b"y")


def test_readuntil_an_empty_separator(talk):
    async def client(reader, writer):
        with pytest.raises(ValueError):
            await reader.readuntil(b"")

    talk(sends(b"a"), client)


def test_readuntil_one_of_several(talk, streams):
    if streams is asyncio and sys.version_info < (3, 13):
        pytest.skip("asyncio has it since Python 3.13")

    async def client(reader, writer):
        got = [await reader.readuntil((b"\r\n", b"\n", b"\r")) for _ in range(3)]
        with pytest.raises(asyncio.IncompleteReadError) as caught:
            await reader.readuntil((b"a", b"bb"))
        return got, caught.value.partial

    assert talk(sends(b"1\r", b"\n2\n", b"3\rxyz"), client) == ([b"1\r", b"\n", b"2\n"], b"3\rxyz")


def test_readline(talk):
    async def client(reader, writer):
        return [await reader.readline() for _ in range(4)]

    assert talk(sends(b"one\ntw", b"o\nthree"), client) == [b"one\n", b"two\n", b"three", b""]


def test_readline_over_the_limit_drops_the_line(talk):
    async def client(reader, writer):
        writer.write(b"x" * 12 + b"\nnext\n")
        writer.write_eof()
        await asyncio.sleep(0.05)
        with pytest.raises(ValueError):
            await reader.readline()
        return await reader.readline(), await reader.readline()

    assert talk(echo, client, limit=10) == (b"next\n", b"")


def test_a_loop_over_the_lines(talk):
    async def client(reader, writer):
        return [line async for line in reader]

    assert talk(sends(b"one\ntwo\nthree"), client) == [b"one\n", b"two\n", b"three"]


def test_a_cancelled_read_loses_nothing(talk):
    async def client(reader, writer):
        for call in (reader.read, reader.readexactly, reader.readuntil, reader.readline):
            arguments = {"read": (5,), "readexactly": (5,)}.get(call.__name__, ())
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await call(*arguments)
        writer.write(b"hello\n")
        return await reader.readline()

    assert talk(echo, client) == b"hello\n"


# --- writing ---


def test_writelines_and_every_kind_of_bytes(talk):
    async def client(reader, writer):
        changed = bytearray(b"2")
        writer.writelines([b"0", bytearray(b"1"), memoryview(b"1")])
        writer.write(changed)
        changed[:] = b"!"
        writer.write(memoryview(b"345")[::1])
        writer.write(b"")
        writer.write_eof()
        return await reader.read(), writer.can_write_eof()

    assert talk(echo, client) == (b"0112345", True)


def test_write_of_something_else(talk):
    async def client(reader, writer):
        with pytest.raises(TypeError):
            writer.write("text")
        return writer.is_closing()

    assert talk(echo, client) is False


def test_write_after_write_eof(talk):
    async def client(reader, writer):
        writer.write(b"all")
        writer.write_eof()
        with pytest.raises(RuntimeError):
            writer.write(b"more")
        with pytest.raises(RuntimeError):
            writer.writelines([b"more"])
        writer.write_eof()
        return await reader.read()

    assert talk(echo, client) == b"all"


def test_write_after_close_is_dropped(talk):
    async def client(reader, writer):
        writer.close()
        writer.write(b"x")
        await writer.wait_closed()
        writer.write(b"x")
        closing = writer.is_closing()
        writer.close()
        return closing

    assert talk(echo, client) is True


def test_close_sends_what_is_queued(talk):
    got = []

    async def serve(reader, writer):
        await asyncio.sleep(0.02)
        got.append(len(await reader.read()))

    async def client(reader, writer):
        writer.write(bytes(3_000_000))
        writer.close()
        await writer.wait_closed()

    talk(serve, client)
    assert got == [3_000_000]


def test_drain_waits_for_a_peer_that_does_not_read(talk):
    release = []

    async def serve(reader, writer):
        release.append(asyncio.Event())
        await release[0].wait()
        while await reader.read(1 << 16):
            pass

    async def client(reader, writer):
        writer.write(bytes(8_000_000))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.05)
        release[0].set()
        await writer.drain()
        return writer.transport.get_write_buffer_size() <= 65536

    assert talk(serve, client)


def test_drain_after_close(talk):
    async def client(reader, writer):
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ConnectionResetError):
            await writer.drain()

    talk(echo, client)


def test_write_buffer_limits(talk):
    release = []

    async def serve(reader, writer):
        release.append(asyncio.Event())
        await release[0].wait()
        await reader.read()

    async def client(reader, writer):
        writer.transport.set_write_buffer_limits(high=0)
        writer.write(bytes(8_000_000))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.05)
        release[0].set()
        await writer.drain()
        with pytest.raises(ValueError):
            writer.transport.set_write_buffer_limits(high=1, low=2)
        return writer.transport.get_write_buffer_size(), writer.transport.get_write_buffer_limits()

    assert talk(serve, client) == (0, (0, 0))


# --- the end of a connection ---


def resets(reader, writer):
    """Closes with a reset."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize("kind", ["tcp"])
def test_a_reset_is_raised_by_what_waits_and_by_later_calls(talk):
    async def serve(reader, writer):
        await reader.readexactly(1)
        resets(reader, writer)

    async def client(reader, writer):
        writer.write(b"x")
        for call in (reader.read(10), reader.readexactly(1), reader.readline(), writer.drain(), writer.wait_closed()):
            with pytest.raises(ConnectionResetError):
                await call
        return type(reader.exception())

    assert issubclass(talk(serve, client), ConnectionResetError)


def test_a_read_that_waits_while_the_stream_is_closed(talk):
    async def client(reader, writer):
        waits = asyncio.ensure_future(reader.read(10))
        await asyncio.sleep(0.01)
        writer.close()
        await writer.wait_closed()
        with pytest.raises(asyncio.IncompleteReadError) as caught:
            await reader.readexactly(3)
        return await waits, caught.value.partial, await reader.read(), reader.at_eof()

    assert talk(echo, client) == (b"", b"", b"", True)


def test_half_open_both_ways(talk):
    async def serve(reader, writer):
        data = await reader.read()
        writer.write(data.upper())

    async def client(reader, writer):
        writer.write(b"abc")
        writer.write_eof()
        return await reader.read(), writer.is_closing()

    assert talk(serve, client) == (b"ABC", False)


def test_set_exception(talk):
    async def client(reader, writer):
        reader.set_exception(KeyError("mine"))
        for call in (reader.read(1), reader.readexactly(1), reader.readline(), writer.drain()):
            with pytest.raises(KeyError):
                await call
        return type(reader.exception())

    assert talk(echo, client) is KeyError


# --- extra info ---


@pytest.mark.parametrize("kind", ["tcp"])
def test_extra_info(talk):
    names = {}

    async def serve(reader, writer):
        names.update(peername=writer.get_extra_info("peername"), sockname=writer.get_extra_info("sockname"))

    async def client(reader, writer):
        raw = writer.get_extra_info("socket")
        await reader.read()
        return (
            writer.get_extra_info("peername"), writer.get_extra_info("sockname"), raw.getsockname(), raw.getpeername(),
            raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0, raw.family, raw.type & socket.SOCK_STREAM,
            writer.get_extra_info("nothing"), writer.get_extra_info("nothing", 1), raw.fileno() >= 0,
        )  # fmt: skip

    peer, own, *rest = talk(serve, client)
    assert names == {"peername": own, "sockname": peer}
    assert rest == [own, peer, True, socket.AF_INET, socket.SOCK_STREAM, None, 1, True]


def test_extra_info_of_ipv6(streams):
    async def main():
        server = await streams.start_server(lambda reader, writer: writer.close(), "::1", 0)
        name = server.sockets[0].getsockname()
        reader, writer = await streams.open_connection(*name[:2])
        peer = writer.get_extra_info("peername")
        await reader.read()
        writer.close()
        server.close()
        return name, peer

    name, peer = run_coroutine(main())
    assert name == peer == ("::1", peer[1], 0, 0)


@pytest.mark.parametrize("kind", ["unix"])
def test_extra_info_of_a_path(talk, tmp_path):
    names = []

    async def serve(reader, writer):
        names.extend([writer.get_extra_info("peername"), writer.get_extra_info("sockname")])

    async def client(reader, writer):
        await reader.read()
        return writer.get_extra_info("peername"), writer.get_extra_info("socket").family

    path = str(tmp_path / "s.sock")
    assert talk(serve, client) == (path, socket.AF_UNIX)
    assert names == ["", path]


# --- connecting ---


@pytest.fixture
def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def test_a_refused_connection(streams, free_port):
    async def main():
        with pytest.raises(ConnectionRefusedError):
            await streams.open_connection("127.0.0.1", free_port)

    run_coroutine(main())


def test_an_unknown_host(streams):
    async def main():
        with pytest.raises(socket.gaierror):
            await streams.open_connection("nothing.invalid", 80)

    run_coroutine(main())


def test_a_missing_path(streams, tmp_path):
    async def main():
        with pytest.raises(FileNotFoundError):
            await streams.open_unix_connection(tmp_path / "none")

    run_coroutine(main())


WRONG = {
    "nothing": {},
    "sock and host": {"host": "127.0.0.1", "port": 1, "sock": True},
    "server_hostname": {"host": "127.0.0.1", "port": 1, "server_hostname": "x"},
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_of_open_connection(streams, name):
    async def main():
        with socket.socket() as sock:
            options = {**WRONG[name], **({"sock": sock} if "sock" in WRONG[name] else {})}
            with pytest.raises(ValueError):
                await streams.open_connection(**options)

    run_coroutine(main())


def test_a_limit_of_zero(streams):
    async def main():
        with pytest.raises(ValueError):
            await streams.open_connection("127.0.0.1", 1, limit=0)

    run_coroutine(main())


def test_a_connected_socket_is_taken_over(streams):
    async def main():
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        reader, writer = await streams.open_connection(sock=ours)
        theirs.sendall(b"hello\n")
        line = await reader.readline()
        writer.write(b"bye")
        writer.close()
        await writer.wait_closed()
        with theirs:
            return line, await asyncio.to_thread(theirs.recv, 10)

    assert run_coroutine(main()) == (b"hello\n", b"bye")


def test_local_addr_and_family(streams):
    async def main():
        seen = asyncio.get_running_loop().create_future()

        def handle(reader, writer):
            seen.set_result(writer.get_extra_info("peername"))
            writer.close()

        server = await streams.start_server(handle, "127.0.0.1", 0, family=socket.AF_INET)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await streams.open_connection(
            "localhost", port, family=socket.AF_INET, local_addr=("127.0.0.2", 0)
        )
        await reader.read()
        writer.close()
        server.close()
        return (await seen)[0]

    assert run_coroutine(main()) == "127.0.0.2"


def test_all_errors(free_port):
    async def main():
        with pytest.raises(ExceptionGroup) as caught:
            await pynet.aio.open_connection("127.0.0.1", free_port, all_errors=True)
        return [type(each).__name__ for each in caught.value.exceptions]

    assert run_coroutine(main()) == ["NetConnectionRefusedError"]


def test_tls_is_refused():
    async def main():
        for call in (
            pynet.aio.open_connection("127.0.0.1", 1, ssl=True), pynet.aio.start_server(print, "::1", 0, ssl=True)
        ):  # fmt: skip
            with pytest.raises(NotImplementedError, match="detach"):
                await call

    run_coroutine(main())


# --- serving ---


def test_a_plain_function_as_handler(streams):
    async def main():
        server = await streams.start_server(
            lambda reader, writer: (writer.write(b"hi"), writer.close()), "127.0.0.1", 0
        )
        reader, writer = await streams.open_connection(*server.sockets[0].getsockname())
        data = await reader.read()
        writer.close()
        server.close()
        return data

    assert run_coroutine(main()) == b"hi"


def test_a_server_is_a_context_manager(streams):
    async def main():
        async with await streams.start_server(echo_to_the_end, "127.0.0.1", 0) as server:
            serving = server.is_serving(), len(server.sockets), server.get_loop() is asyncio.get_running_loop()
            address = server.sockets[0].getsockname()
        with pytest.raises(ConnectionRefusedError):
            await streams.open_connection(*address)
        return serving, server.is_serving(), tuple(server.sockets)

    assert run_coroutine(main()) == ((True, 1, True), False, ())


def test_start_serving_later(streams):
    async def main():
        server = await streams.start_server(echo_to_the_end, "127.0.0.1", 0, start_serving=False)
        address = server.sockets[0].getsockname()
        before = server.is_serving()
        with pytest.raises(ConnectionRefusedError):
            await streams.open_connection(*address)
        await server.start_serving()
        await server.start_serving()
        data = await visit(*await streams.open_connection(*address))
        server.close()
        return before, server.is_serving(), data

    assert run_coroutine(main()) == (False, False, b"hello")


def test_a_server_that_never_began_gives_its_port_back(streams):
    async def main():
        server = await streams.start_server(echo_to_the_end, "127.0.0.1", 0, start_serving=False)
        address = server.sockets[0].getsockname()
        server.close()
        again = await streams.start_server(echo_to_the_end, *address)
        again.close()

    run_coroutine(main())


def test_serve_forever_ends_with_its_task(streams):
    async def main():
        server = await streams.start_server(echo_to_the_end, "127.0.0.1", 0)
        task = asyncio.ensure_future(server.serve_forever())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError):
            await server.serve_forever()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(RuntimeError):
            await server.serve_forever()
        return server.is_serving()

    assert run_coroutine(main()) is False


def test_close_ends_serve_forever(streams):
    async def main():
        server = await streams.start_server(echo_to_the_end, "127.0.0.1", 0)
        task = asyncio.ensure_future(server.serve_forever())
        await asyncio.sleep(0.01)
        server.close()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_coroutine(main())


def test_several_hosts(streams):
    async def main():
        server = await streams.start_server(echo_to_the_end, ["127.0.0.1", "127.0.0.2"], 0)
        names = [each.getsockname() for each in server.sockets]
        for name in names:
            assert await visit(*await streams.open_connection(*name)) == b"hello"
        server.close()
        return [name[0] for name in names]

    assert sorted(run_coroutine(main())) == ["127.0.0.1", "127.0.0.2"]


def test_all_interfaces(streams):
    async def main():
        server = await streams.start_server(echo_to_the_end, None, 0)
        for each in server.sockets:
            host = "127.0.0.1" if each.family == socket.AF_INET else "::1"
            assert await visit(*await streams.open_connection(host, each.getsockname()[1])) == b"hello"
        server.close()

    run_coroutine(main())


def test_a_port_that_is_taken(streams):
    async def main():
        server = await streams.start_server(echo_to_the_end, "127.0.0.1", 0)
        with pytest.raises(OSError) as caught:
            await streams.start_server(echo_to_the_end, *server.sockets[0].getsockname())
        server.close()
        return caught.value.errno

    import errno

    assert run_coroutine(main()) == errno.EADDRINUSE


def test_a_listening_socket_is_taken_over(streams):
    async def main():
        sock = socket.create_server(("127.0.0.1", 0))
        address = sock.getsockname()
        server = await streams.start_server(echo_to_the_end, sock=sock)
        assert server.sockets[0].getsockname() == address
        data = await visit(*await streams.open_connection(*address))
        server.close()
        await server.wait_closed()
        sock.close()
        return data

    assert run_coroutine(main()) == b"hello"


def test_a_stale_unix_socket_is_replaced(streams, tmp_path):
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))

    async def main():
        server = await streams.start_unix_server(echo_to_the_end, path)
        data = await visit(*await streams.open_unix_connection(path))
        server.close()
        return data

    assert run_coroutine(main()) == b"hello"


def test_what_a_handler_raises_goes_to_the_exception_handler(streams):
    async def main():
        seen = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: seen.append(context["exception"]))

        async def handle(reader, writer):
            raise KeyError("mine")

        server = await streams.start_server(handle, "127.0.0.1", 0)
        reader, writer = await streams.open_connection(*server.sockets[0].getsockname())
        if streams is OURS or sys.version_info >= (3, 12):
            assert await reader.read() == b""
        while not seen:  # asyncio of Python 3.11 reports it when the task is freed
            gc.collect()
            await asyncio.sleep(0.01)
        writer.close()
        server.close()
        return seen

    assert [type(each) for each in run_coroutine(main())] == [KeyError]


def test_close_clients_and_abort_clients():
    async def main():
        server = await pynet.aio.start_server(echo_to_the_end, "127.0.0.1", 0)
        ends = []
        for end in (server.close_clients, server.abort_clients):
            reader, writer = await pynet.aio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"x")
            await reader.readexactly(1)
            end()
            ends.append(await reader.read())
            writer.close()
        server.close()
        return ends

    assert run_coroutine(main()) == [b"", b""]


# --- what is ours alone ---


def test_reader_and_writer_are_one_object():
    async def main():
        server = await pynet.aio.start_server(echo_to_the_end, "127.0.0.1", 0)
        reader, writer = await pynet.aio.open_connection(*server.sockets[0].getsockname())
        assert reader is writer is writer.transport
        assert isinstance(reader, pynet.aio.StreamReader) and isinstance(writer, pynet.aio.StreamWriter)
        assert isinstance(reader.sock, pynet.Socket)
        writer.close()
        server.close()

    run_coroutine(main())


def test_the_errors_are_both_libraries():
    error = pynet.aio.IncompleteReadError(b"ab", 3)
    assert isinstance(error, asyncio.IncompleteReadError) and isinstance(error, pynet.IncompleteReadError)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.partial, copy.expected) == (type(error), b"ab", 3)
    error = pynet.aio.LimitOverrunError("too long", 7)
    assert isinstance(error, asyncio.LimitOverrunError) and isinstance(error, pynet.NetError)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.consumed, copy.code) == ("too long", 7, "ERR_READ_LIMIT")


def test_a_stream_that_is_dropped_is_closed():
    async def main():
        ended = asyncio.get_running_loop().create_future()

        async def handle(reader, writer):
            ended.set_result(await reader.read())
            writer.close()

        server = await pynet.aio.start_server(handle, "127.0.0.1", 0)
        reader, writer = await pynet.aio.open_connection(*server.sockets[0].getsockname())
        gone = weakref.ref(reader)
        with pytest.warns(ResourceWarning, match="was not closed"):
            del reader, writer
            gc.collect()
        assert gone() is None
        server.close()
        return await ended

    assert run_coroutine(main()) == b""


def test_a_server_whose_asyncio_loop_is_closed_refuses_connections():
    async def main():
        return await pynet.aio.start_server(echo_to_the_end, "127.0.0.1", 0)

    server = asyncio.run(main())
    address = server.servers[0].address()
    with contextlib.suppress(OSError), socket.create_connection((address.address, address.port), timeout=5) as sock:
        assert sock.recv(1) == b""
    assert wait_until(lambda: not server.servers[0].listening)
    assert wait_until(lambda: not server.servers[0].connections)


def test_importing_the_module_does_not_import_asyncio(script):
    done = script(
        """
        import sys
        import pynet
        assert "open_connection" in dir(pynet.aio)
        assert "asyncio" not in sys.modules
        from pynet.aio import open_connection, StreamReader, IncompleteReadError
        assert "asyncio" in sys.modules
        try:
            pynet.aio.nothing
        except AttributeError as error:
            print(error)
        """
    )
    assert (done.stdout, done.stderr) == ("module 'pynet.aio' has no attribute 'nothing'\n", "")


def test_many_connections_at_once(streams):
    async def client(address, number):
        reader, writer = await streams.open_connection(*address)
        data = os.urandom(1000 + number)
        writer.write(data)
        writer.write_eof()
        got = await reader.read()
        writer.close()
        await writer.wait_closed()
        return got == data

    async def main():
        async def handle(reader, writer):
            await echo(reader, writer)
            writer.close()

        server = await streams.start_server(handle, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        results = await asyncio.gather(*(client(address, number) for number in range(100)))
        server.close()
        await server.wait_closed()
        return results

    assert run_coroutine(main()) == [True] * 100
