"""open_connection() and start_server() of pynet.aio: asyncio's own streams run the same tests, as the reference."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys

import pytest

from asyncio_streams import echo, sends
from helpers import run_coroutine

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


@pytest.mark.posix_only("the proactor of asyncio takes a reset for an end", only="asyncio")
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
        closing = writer.is_closing()  # after the peer's end it may be
        return await reader.read(), closing

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
