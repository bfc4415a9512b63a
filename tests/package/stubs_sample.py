"""A user's program, as test_stubs_types.py gives it to mypy --strict and pyright: every line must be clean."""

# pyright: strict

from __future__ import annotations

import asyncio
import contextlib
import io
import ssl
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_type

import pynet

if TYPE_CHECKING:
    from collections.abc import Callable

    from pynet import ConnectOptions, KeepAliveOptions, LookupOptions, SocketOptions


class Chat(pynet.Socket):
    """A subclass keeps its type through chained calls."""

    nickname = "nobody"


def on_connection(sock: pynet.Socket) -> None:
    sock.on("data", lambda data: print(data.hex()))
    sock.on("error", lambda err: print(err.code, err.errno, err.syscall, err.address, err.port, err.hostname))
    sock.once("close", lambda had_error: print(had_error.bit_length()))
    sock.prepend_listener("end", lambda: None).on("timeout", sock.destroy)
    if not sock.write(b"hello\r\n"):
        sock.once("drain", lambda: print("drained"))
    assert_type(sock.pipe(sock), pynet.Socket)


def make_chat(**options: bool) -> Chat:
    return Chat(allow_half_open=options["allow_half_open"])


def written(err: pynet.NetError | None) -> None:
    print(err)


def refused(err: Exception) -> None:
    """A wider parameter than NetError is fine."""
    if isinstance(err, ConnectionRefusedError):
        print("refused")
    if isinstance(err, pynet.AggregateError):
        for one in err.errors:
            assert_type(one, pynet.NetError)


def servers() -> pynet.Server:
    server = pynet.create_server(on_connection, allow_half_open=True, high_water_mark=1024)
    pynet.createServer({"noDelay": True, "keep_alive_initial_delay": 1000}, on_connection)
    pynet.Server(listener=on_connection).close(written)
    server.listen(0, "127.0.0.1", lambda: print("listening")).listen("/tmp/x.sock", 16).listen(Path("x.sock"))
    server.listen(0, lambda: None).listen(0, "::1", 511).listen({"port": 0, "backlog": 5}, lambda: None)
    server.listen(server).listen(pynet.Socket(), 16, lambda: None).listen(
        fd=pynet.systemd_listen_fds("web")[0], ipv6_only=True
    )
    server.listen({"handle": server, "reusePort": True, "signal": pynet.AbortSignal.timeout(5)}, unlink_stale=True)
    server.listen(path="x.sock", callback=lambda: None).listen(("127.0.0.1", 0)).listen()

    @server.on("connection")
    def accepted(sock: pynet.Socket) -> str:
        return sock.remote_address or "unix"

    assert_type(accepted(pynet.Socket()), str)

    @server.on("drop")
    def dropped(data: dict[str, object] | None) -> None:
        print(data)

    @server.on("proxyError")
    def refused(error: pynet.NetError, info: pynet.ProxyErrorInfo) -> None:
        print(error.code, info.peer and info.peer.port, info.data[:1])

    pynet.Server(proxy_protocol=["10.0.0.0/8", ip_address("::1")], proxyUntrusted="direct", proxy_timeout=1000)
    assert_type(pynet.create_server(on_connection, proxy_protocol=True).proxy_errors, int)
    assert_type(server.proxy_protocol, pynet.BlockList | bool)

    server.get_connections(lambda err, count: print(err, count + 1))
    server.max_connections = server.maxConnections = 10
    server.max_connections = None
    server.max_connections_per_address = 5
    server.accept_rate = 2.5
    server.accept_rate = (20, 60)
    server.accept_rate = server.max_connections_per_address = None
    server.ipv6_prefix = 64
    pynet.Server(max_connections_per_address=5, accept_rate=(20, 0.5), ipv6_prefix=56)
    server.block_list = server.blockList = pynet.BlockList()
    server.drop_max_connection = server.dropMaxConnection = True
    assert_type(server.connections, list[pynet.Socket])
    assert_type(server.shutdown(5), pynet.Future[int])
    assert_type(pynet.run_in_loop(str, 5), pynet.Future[str])
    assert_type(pynet.run_in_loop(lambda: 5).result(1), int)
    server.shutdown(timeout=5, drain=True)
    server.grace = 1.5
    pynet.Server(grace=5, socket_factory=Chat)
    pynet.create_server(on_connection, socketFactory=make_chat).user_data = 5
    pynet.Socket().user_data = server.user_data
    pynet.Server(block_list=None, blockList=pynet.BlockList())
    for sock in server:
        assert_type(sock, pynet.Socket)
    address = server.address()
    if isinstance(address, pynet.AddressInfo):
        host, port, family = address
        assert_type(address[:2], tuple[str, int])
        print(host, port + 1, family.lower())
    assert_type(server.addresses, list[pynet.AddressInfo | str])
    pynet.connect(server.address()).connect(server.port, server.host)
    pynet.connect((server.host, server.port), no_delay=True)
    for place in server.addresses:
        pynet.connect(place)
    server.listen([8080, ("::1", 8081), pynet.SocketAddress(port=5), "/run/x.sock", Path("x")], 5, lambda: None)
    server.listen([8080]).listen(server.addresses).listen(["a", "b"], backlog=5)
    ports = [8080, 8081]
    server.listen(ports)
    return server.unref()


def clients() -> None:
    options: ConnectOptions = {"host": "localhost", "port": 1, "allowHalfOpen": True, "timeout": 2500}
    pynet.connect(options, lambda: print("connected")).on("error", refused)
    pynet.connect(1).connect("/tmp/x.sock").connect(("::1", 1)).connect(port=1, host="::1", family=6)
    pynet.create_connection("1", "localhost", lambda: None, no_delay=True)
    sock = pynet.createConnection(1, lambda: None, listener=None)
    sock.on("lookup", lambda err, address, family, host: print(err, address, family, host))
    sock.on("connectionAttempt", lambda address, port, family: print(address, port, family))
    sock.on("connectionAttemptFailed", lambda address, port, family, err: print(address, port, family, err.code))
    sock.on(pynet.error_monitor, lambda err: print(err.code))
    sock.off("error", refused).remove_all_listeners("error").set_max_listeners(0)
    sock.write("text", "latin1", written)
    sock.write(bytearray(b"x"), written)
    sock.write(memoryview(b"x"), callback=written)
    sock.end().end(b"bye").end("bye", written).end(written).end("6869", encoding="hex")
    sock.set_timeout(1500, lambda: sock.destroy(TimeoutError("late"))).setNoDelay().set_keep_alive(True, 1000)
    assert_type(sock.bytesRead + sock.bytes_written, int)
    assert_type(sock.server, pynet.Server | None)
    pynet.connect(sock.remote).connect(sock.address())
    pynet.connect(sock.remote_port, sock.remoteAddress)
    if isinstance(sock.local, str):
        print(sock.local.upper())
    sock.allow_half_open = sock.allowHalfOpen = True
    chat = Chat(high_water_mark=100).on("ready", lambda: None).once("end", lambda: None)
    assert_type(chat, Chat)
    print(chat.nickname)


def look_up(hostname: str, options: LookupOptions, callback: Callable[..., None]) -> None:
    if options.get("all"):
        callback(None, [("127.0.0.1", 4), {"address": "::1", "family": 6}])
    else:
        callback(None, "127.0.0.1", 4)


def connecting(blocked: pynet.BlockList, signal: pynet.AbortSignal) -> list[str] | None:
    sock = pynet.connect(80, "some.name", lookup=look_up, hints=pynet.ADDRCONFIG | pynet.V4MAPPED, connect_timeout=1.5)
    sock.on("connectionAttemptTimeout", lambda address, port, family: print(address, port + 1, family + 1))
    pynet.connect({"port": 80, "autoSelectFamily": True, "autoSelectFamilyAttemptTimeout": 100, "localPort": 5000})
    pynet.connect(80, local_address=ip_address("::1"), happy_eyeballs="serial", block_list=blocked, signal=signal)
    info: pynet.ProxyInfo = sock.proxy
    proxy_ssl: pynet.ProxySSL | None = info.ssl
    print(proxy_ssl and proxy_ssl.version, info.tlvs[5][:1])
    pynet.connect(80, proxy_header=pynet.ProxyHeader(sock, 2, {2: "name", 5: b"id"}, checksum=True)).connect(
        80, proxyHeader=sock
    )
    assert_type(pynet.connect(80, proxy_header="LOCAL"), pynet.Socket)
    pynet.ProxyHeader((("192.0.2.1", 1), pynet.SocketAddress("192.0.2.2")), version=1)
    pynet.Socket(signal=signal).connect(80, signal=signal, type_of_service=16, keep_alive=True)
    pynet.setDefaultAutoSelectFamily(not pynet.get_default_auto_select_family())
    pynet.set_default_auto_select_family_attempt_timeout(pynet.getDefaultAutoSelectFamilyAttemptTimeout())
    pynet.set_default_happy_eyeballs(pynet.get_default_happy_eyeballs())
    sock.block_list = sock.blockList = None
    return sock.auto_select_family_attempted_addresses


def encrypted(context: ssl.SSLContext) -> None:
    sock = pynet.connect(443, "example.com", ssl=True, server_hostname="example.com", handshake_timeout=5)
    pynet.connect({"port": 443, "ssl": context, "session": sock.get_session(), "strictEnd": True})
    sock.on("secureConnect", lambda: print(sock.get_protocol(), sock.getCipher())).once("session", print)
    sock.on("session", lambda session: print(session.has_ticket))
    assert_type(sock.start_tls(), pynet.Future[None])
    sock.startTls(context, server_side=True, strict_end=True).result(5)
    assert_type(sock.encrypted and sock.authorized and sock.is_session_reused(), bool)
    assert_type(sock.alpn_protocol or sock.servername or sock.authorizationError, str | None)
    print(sock.ssl_object.cipher(), sock.get_peer_certificate()["subject"], sock.getPeerCertificate(binary_form=True))
    server = pynet.create_server(on_connection, ssl=context, handshake_timeout=5.5, strict_end=False)
    server.on("secureConnection", on_connection)
    assert_type(server.wait("secureConnection"), pynet.Socket)
    server.on("tlsClientError", lambda err, peer: print(err.code, peer.remote_address))
    server.set_secure_context(context)
    try:
        sock.wait("secureConnect")
    except pynet.NetTLSCertVerificationError as error:
        print(error.code, error.verify_code, error.verify_message, error.reason)
    except pynet.NetTLSEOFError as error:
        assert_type(error.code, str | None)
    except pynet.NetTLSError as error:
        print(error.library, error.errno)


def descriptors(bound: pynet.BoundSocket) -> None:
    keep_alive: KeepAliveOptions = {"enable": True, "initialDelay": 5000, "interval": 1000, "count": 3}
    sock = pynet.Socket(0, writable=False).set_keep_alive(keep_alive).set_keep_alive(True, 1000, count=5)
    assert_type(sock.set_type_of_service(8).getTypeOfService(), int)
    pynet.Socket({"fd": 3, "readable": True}).reset_and_destroy().resetAndDestroy().close()
    sock.detach().setblocking(True)
    pynet.Socket(handle=bound).connect(80)
    pynet.connect(80, handle=bound)
    pynet.create_server().listen(bound).listen(handle=bound, reuse_port=False).listen({"fd": 3, "readableAll": True})


async def awaited() -> None:
    sock = await pynet.aio.connect(1, "localhost", no_delay=True)
    assert_type(sock, pynet.Socket)
    assert_type(await pynet.promises.connect("/tmp/x.sock"), pynet.Socket)
    context = ssl.create_default_context()
    assert_type(await pynet.aio.connect(1, ssl=context, server_hostname="a"), pynet.Socket)
    assert_type(await sock.start_tls(context, server_hostname="a"), None)
    _, writer = await pynet.aio.open_connection("a", 1, ssl=True, ssl_handshake_timeout=5, session=sock.get_session())
    await writer.start_tls(context, server_hostname="a")
    (await pynet.aio.start_server(print, port=0, ssl=context, ssl_handshake_timeout=5)).close()
    async with await pynet.aio.listen(0, listener=on_connection, allow_half_open=True, backlog=5) as server:
        async for accepted in server:
            assert_type(accepted, pynet.Socket)
        assert_type(await server.accept(timeout=5), pynet.Socket)
        await server.shutdown(timeout=0.5)
    await pynet.aio.listen({"path": "x.sock", "blockList": pynet.BlockList()}, no_delay=True)
    assert_type(await pynet.aio.serve(talk, 0, "::1", limit=5, no_delay=True), pynet.Server)
    await pynet.promises.serve(talk, Path("x.sock"))
    assert_type(pynet.serve(on_connection, 8124, limit=5, allow_half_open=True), pynet.Server)
    pynet.serve(on_connection, ("::1", 8124), 511)


async def talk(sock: pynet.Socket) -> None:
    sock.write(await sock.read_exactly(4))


def streams(sock: pynet.Socket) -> None:
    pynet.set_default_high_water_mark(pynet.getDefaultHighWaterMark() * 2)
    options: SocketOptions = {"readable_high_water_mark": 1, "writableHighWaterMark": 2, "maxWriteBuffer": 1 << 20}
    pynet.Socket(options, encoding="utf8", default_encoding="latin1", max_write_buffer=None)
    pynet.connect(1, onread={"buffer": bytearray(4096), "callback": lambda n, buffer: print(n + 1, buffer[:n])})
    pynet.connect(1, onread={"buffer": lambda: memoryview(bytearray(10)), "callback": lambda n, buffer: False})
    pynet.create_server(on_connection, max_write_buffer=1 << 20, high_water_mark=0)

    sock.on("readable", lambda: print(sock.read(5)))
    while (chunk := sock.read()) is not None:
        print(chunk.hex())
        sock.unshift(chunk[1:])
    sock.set_encoding().setEncoding("latin1").pause()

    def on_text(text: str) -> None: ...

    @sock.on("data")
    def on_either(chunk: bytes | str) -> None: ...

    sock.on("data", on_text).on("data", on_either)
    text: str | None = sock.read()  # after set_encoding()
    assert_type(sock.readable_flowing, bool | None)
    assert_type(sock.readableLength + sock.writable_length + sock.writable_corked, int)
    print(text, sock.readable_encoding, sock.buffer_size or 0, sock.writableNeedDrain, sock.readable_did_read)

    sock.cork()
    assert_type(sock.writelines([b"a", "b", memoryview(b"c")]), bool)
    sock.uncork()
    sock.set_default_encoding("hex").write("6869")
    assert_type(sock.pipe(io.BytesIO()), io.BytesIO)
    sock.pipe(sys.stdout, end=False)
    sock.unpipe(sys.stdout)
    forget = pynet.finished(sock, written, readable=False)
    assert_type(forget(), None)
    pynet.pipeline(sock, sys.stdout.buffer, written).flush()


async def on_an_exit_stack(server: pynet.Server, sock: pynet.Socket, blocked: pynet.BlockList) -> None:
    async with contextlib.AsyncExitStack() as stack:
        assert_type(await stack.enter_async_context(sock), pynet.Socket)
        assert_type(await stack.enter_async_context(server), pynet.Server)
    text: str = await sock.read_until("\n")  # after set_encoding()
    taken: bytes = sock.read_exactly(4).result(1)
    print(text, taken, blocked.rules, (await server.shutdown(5)) + 1)


def in_a_thread(server: pynet.Server) -> list[bytes]:
    with server, pynet.connect(1) as sock:
        sock.wait("connect", timeout=5)
        sock.drain().result(1.5)
        head: bytes = sock.read_exactly(4)
        rest: bytes = sock.readUntil(b"\r\n", max=1024, timeout=2)
        print(head.hex(), rest.partition(b" ")[0], head[0] + 1)
        for line in sock.lines(max=100, keep_ends=True):
            print(line.strip())
        with sock.iterator(destroy_on_return=False) as chunks:
            print(next(chunks))
        assert_type(server.wait("connection"), pynet.Socket)
        accepted: pynet.Socket = server.accept(5)
        print(accepted.remote)
        try:
            sock.read_exactly(1)
        except pynet.IncompleteReadError as error:
            print(error.partial, error.expected, error.code)
        return list(sock)


async def under_asyncio() -> bytes:
    async with pynet.create_server() as server, pynet.connect(1) as sock:
        await pynet.once(sock, "connect")
        await sock.drain()
        size = int.from_bytes(await sock.read_exactly(4), "big")
        body: bytes = await sock.read_until(b"\0", size)
        async for line in sock.lines():
            print(line)
        async for chunk in sock:
            print(chunk)
        pynet.once(server, "close").add_done_callback(lambda future: print(future.result()))
    return body


def aborting(sock: pynet.Socket, server: pynet.Server) -> None:
    controller = pynet.AbortController()
    signal = pynet.AbortSignal.any({controller.signal, pynet.AbortSignal.timeout(5000), pynet.AbortSignal.abort("why")})
    signal.add_event_listener("abort", lambda event: print(event.type, event.target.reason), once=True)
    signal.addEventListener("abort", print, {"once": True})
    signal.removeEventListener("abort", print)
    signal.onabort = lambda event: print(event.target.aborted)
    signal.onabort = None
    pynet.once(sock, "connect", signal=signal).result(5)
    pynet.once(sock, "connect", {"signal": signal})
    pynet.finished(sock, written, signal=signal)
    pynet.pipeline(sock, sock, signal=signal)
    controller.abort(ValueError("why"))
    try:
        signal.throwIfAborted()
    except pynet.AbortError as error:
        print(error.reason, error.code)


def loop() -> None:
    timer = pynet.set_timeout(print, 100, "a", "b").unref()
    pynet.clear_timeout(timer.refresh())
    pynet.clearInterval(pynet.setInterval(lambda n: print(n + 1), 10, 1))
    pynet.clear_immediate(pynet.set_immediate(int, "5"))
    pynet.next_tick(on_connection, pynet.Socket())
    with pynet.turn():
        clients()
    previous = pynet.set_uncaught_handler(lambda exc, emitter: print(exc, emitter))
    pynet.set_uncaught_handler(previous)
    emitter = pynet.EventEmitter()
    emitter.on("anything", lambda *args: print(args))

    @emitter.once("other")
    def other(number: int) -> int:
        return number

    assert_type(other(1), int)
    assert_type(emitter.emit("other", 1), bool)


def active() -> list[str]:
    for entry in pynet.active():
        assert_type(entry, pynet.Active)
        assert_type(entry.what, object)
    return [f"{what}: {why.upper()}" for what, why in pynet.active()]


def observed(server: pynet.Server) -> float:
    before = pynet.event_loop_utilization()
    since = pynet.event_loop_utilization(before)
    assert_type(since, pynet.EventLoopUtilization)
    assert_type(server.stats, pynet.ServerStats)
    assert_type(server.stats.accepted, int)
    with pynet.monitor_event_loop_delay(resolution=5) as delay:
        assert_type(delay, pynet.IntervalHistogram)
        assert_type(delay.percentile(99.9), int)
        assert_type(delay.percentiles[50], int)
    pynet.set_slow_listener(0.1, lambda slow: print(slow.listener, slow.event, slow.emitter, slow.seconds + 1))
    pynet.watch_blocked(1, lambda blocked: print(blocked.stack.format(), blocked.thread + 1))
    pynet.set_slow_listener(None)
    pynet.dump()
    pynet.diagnostics.subscribe("net.server.socket", lambda message, name: print(message["socket"], name))
    assert_type(pynet.diagnostics.channel("mine"), pynet.diagnostics.Channel)
    assert_type(pynet.diagnostics.has_subscribers("mine"), bool)
    return since.utilization + delay.mean + pynet.metrics()["active_s"]


if __name__ == "__main__":
    pynet.run(servers, signals=True, on_uncaught="log")
    pynet.stop()


def addresses(peer: pynet.SocketAddress, blocked: pynet.BlockList) -> list[pynet.SocketAddress]:
    assert_type(pynet.is_ip(ip_address("::1")), Literal[0, 4, 6])
    assert_type(pynet.SocketAddress.parse("1.2.3.4:80", strict=True), pynet.SocketAddress | None)
    blocked.add(ip_network("10.0.0.0/8"))
    blocked.update(["1.2.3.4", peer, ip_address("::1")])
    blocked.add_subnet("10.0.0.0", 8)
    blocked.addSubnet(ip_network("10.0.0.0/8"))
    blocked.add_addresses(["::1", peer], type="ipv6")
    assert_type(blocked.load(Path("list.txt")), int)
    blocked.load(["1.2.3.4", "# two"])
    blocked.load(line for line in (b"1.2.3.4", b"::1"))
    blocked.save("list.txt")
    with open("list.txt", "rb") as source, open("list.txt", "w") as target:
        assert_type(pynet.BlockList.from_file(source), pynet.BlockList)
        blocked.save(target)
    pynet.BlockList(pynet.BlockList.SPECIAL_RANGES).save(b"list.txt")
    pynet.BlockList(pynet.BlockList.PRIVATE_RANGES).from_json(blocked.toJSON())
    if "1.2.3.4" in blocked or peer in blocked or blocked.check("::1", "ipv6"):
        print(len(blocked), [rule.upper() for rule in blocked])
    pynet.connect(peer, lambda: None)
    pynet.connect(("::1", 1)).connect((ip_address("::1"), 1)).connect(1, ip_address("::1"))
    match peer:
        case pynet.SocketAddress(address, port, family="ipv6"):
            print(address.upper(), port + 1)
        case _:
            pass
    return sorted({peer, pynet.SocketAddress({"address": "::1", "port": 80}), pynet.SocketAddress(**peer.to_json())})


def bound_sockets(server: pynet.Server) -> None:
    with pynet.BoundSocket({"host": "::1", "ipv6Only": True}, port="80", reuse_port=True) as bound:
        assert_type(bound.address(), pynet.AddressInfo | str)
        server.listen(bound, mode=0o660, group="www-data").listen({"path": "x.sock", "mode": 0o600, "group": 33})
        print(bound.fd() + bound.fileno(), bound.is_pipe, bound.isPipe)
    assert_type(pynet.BoundSocket(("127.0.0.1", 0)).address().port, int)
    assert_type(pynet.BoundSocket(pynet.SocketAddress("::1"), ipv6_only=True).address(), pynet.AddressInfo)
    assert_type(pynet.BoundSocket(path=Path("b.sock")).address(), str)
    either: pynet.BoundSocket = pynet.BoundSocket(path=Path("b.sock"), host=None)
    one: pynet.BoundSocket[pynet.AddressInfo] = pynet.BoundSocket()
    either = one
    pynet.Socket(handle=either)


async def attached() -> int:
    async with pynet.aio.attached():
        return 1


def hosts() -> None:
    assert_type(pynet.aio.run(attached(), debug=True, loop_factory=asyncio.new_event_loop), int)
    loop = asyncio.new_event_loop()
    with pynet.embed(loop.call_soon, host=loop, uncaught=lambda exc, emitter: print(exc, emitter)) as drive:
        loop.add_reader(drive.fileno(), drive.step)
        assert_type(drive.step(), float | None)
    assert drive.closed
