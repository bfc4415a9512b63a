"""open_connection() and start_server() of pynet.aio: arguments, the server, and what is ours alone."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import pickle
import socket
import sys
import weakref

import pytest

import pynet
from asyncio_streams import OURS, echo, echo_to_the_end, visit
from helpers import run_coroutine, wait_until

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
