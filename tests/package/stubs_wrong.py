"""Wrong uses, as test_stubs_types.py gives them to type checkers: an error on each line marked so, and on no other."""

from __future__ import annotations

import pynet


def nothing() -> None: ...


def one(data: bytes) -> None: ...


def two(err: object, count: int) -> None: ...


def wrong_events(sock: pynet.Socket, server: pynet.Server) -> None:
    sock.on("conect", nothing)  # E
    sock.on("listening", nothing)  # E
    sock.on("data", nothing)  # E
    sock.once("connect", one)  # E
    sock.prepend_listener("close", nothing)  # E
    sock.on("lookup", two)  # E
    sock.on("connectionAttempt", two)  # E
    sock.prependOnceListener("pipe", nothing)  # E
    server.on("connection", nothing)  # E
    server.on("close", one)  # E
    server.addListener("data", one)  # E
    sock.on("data", lambda data: data.encod())  # E
    sock.on("readable", one)  # E
    sock.wait("conect")  # E

    @sock.on("end")  # E
    def ended(had_error: bool) -> None: ...

    @sock.on("lookup")  # E
    def looked_up() -> None: ...

    @server.on("drop")
    def dropped(data: object) -> None: ...


def wrong_encryption(sock: pynet.Socket, server: pynet.Server) -> None:
    pynet.connect(80, ssl="a context")  # E
    pynet.connect(80, session=b"ticket")  # E
    sock.start_tls(3)  # E
    sock.on("session", two)  # E
    sock.get_cipher(1)  # E
    pynet.create_server(ssl=True)  # E
    server.set_secure_context(None)  # E
    server.on("tlsClientError", nothing)  # E


def wrong_arguments(sock: pynet.Socket, server: pynet.Server) -> None:
    pynet.connect("example.com", 80)  # E
    pynet.connect(80, 80)  # E
    pynet.connect(80, listener=one)  # E
    pynet.connect(port=80, alow_half_open=True)  # E
    pynet.connect({"prot": 80})  # E
    pynet.connect(80, path=5)  # E
    pynet.connect(80, happy_eyeballs="parallel")  # E
    pynet.connect(80, lookup=two)  # E
    pynet.connect(80, block_list=["10.0.0.0/8"])  # E
    pynet.connect(80, proxy_header="REMOTE")  # E
    pynet.ProxyHeader(sock, 3)  # E
    pynet.ProxyHeader(80)  # E
    pynet.Server(proxy_untrusted="drop")  # E
    pynet.connect(80, local_port="5000")  # E
    pynet.connect(80, signal=pynet.AbortController())  # E
    pynet.connect(80, connect_timeout="5")  # E
    pynet.connect(80, tls=True)  # E
    pynet.connect(None)  # E
    pynet.connect(["::1", 80])  # E
    pynet.create_connection(80, nothing, 5)  # E
    sock.connect("example.com", 80)  # E
    pynet.set_default_auto_select_family("yes")  # E
    pynet.Socket(fd="3")  # E
    pynet.Socket(handle=server)  # E
    sock.set_keep_alive(count="3")  # E
    sock.set_type_of_service("8")  # E
    sock.auto_select_family_attempted_addresses = []  # E
    sock.detach().on("data", one)  # E
    pynet.create_server({"no_delay": "yes"})  # E
    pynet.create_server(nothing)  # E
    server.listen(80, "::1", "511")  # E
    server.listen(object())  # E
    server.listen(fd="3")  # E
    server.listen(80, reuse_port="yes")  # E
    server.listen(80, signal=5)  # E
    server.listen("x", mode="660")  # E
    server.listen("x", group=b"www-data")  # E
    server.max_connections = "5"  # E
    server.max_connections_per_address = 2.5  # E
    server.accept_rate = (1, 2, 3)  # E
    server.ipv6_prefix = "64"  # E
    server.listen(80, one)  # E
    server.close(nothing)  # E
    server.get_connections(one)  # E
    sock.write(5)  # E
    sock.write(None)  # E
    sock.write("x", callback=nothing)  # E
    sock.destroy("reason")  # E
    sock.set_timeout("5")  # E
    sock.set_keep_alive(1000, True, 5)  # E
    sock.bytes_read = 5  # E
    sock.pipe(server)  # E
    sock.read("3")  # E
    sock.read().hex()  # E
    sock.unshift(None)  # E
    sock.set_encoding(8)  # E
    sock.write_lines([b"x"])  # E
    sock.writelines([1])  # E
    sock.writable_length = 5  # E
    sock.read_exactly("4")  # E
    size: int = sock.read_exactly(4)  # E
    parts: list[bytes] = sock.read_until(b"x")  # E
    print(size, parts)
    sock.read_until(10)  # E
    sock.lines(limit=5)  # E
    sock.wait("connect", "5")  # E
    sock.iterator(True)  # E
    pynet.Socket(onread={"buffer": b""})  # E
    pynet.Socket(high_water_mark="64k")  # E
    pynet.create_server(encoding="utf8")  # E
    server.wait("data")  # E
    server.shutdown("5")  # E
    server.block_list = ["127.0.0.1"]  # E
    server.connections = []  # E
    pynet.set_default_high_water_mark("64k")  # E
    pynet.pipeline(sock)  # E
    pynet.finished(sock)  # E


async def not_awaitable(sock: pynet.Socket) -> None:
    await sock.read()  # E
    async for line in sock.drain():  # E
        print(line)


def wrong_functions() -> None:
    pynet.set_timeout(100, nothing)  # E
    pynet.set_timeout(one, 100)  # E
    pynet.next_tick(one, "text")  # E
    pynet.clear_timeout(pynet.set_immediate(nothing))  # E
    pynet.Timeout()  # no error: nothing in the types can say that only set_timeout() makes one
    pynet.run(on_uncaught="print")  # E
    pynet.set_uncaught_handler(one)  # E
    pynet.is_it_there()  # E


# abort signals
pynet.AbortController().signal = pynet.AbortSignal.abort()  # E
pynet.AbortSignal.abort().add_event_listener("aborted", print)  # E
pynet.AbortSignal.abort().add_event_listener("abort", lambda: None)  # E
pynet.AbortSignal.any(pynet.AbortSignal.abort())  # E
pynet.AbortSignal.timeout("5")  # E
pynet.once(pynet.Socket(), "connect", signal=5)  # E


# addresses
pynet.SocketAddress(5)  # E
pynet.SocketAddress("::1", flow=1)  # E
pynet.SocketAddress("::1").port = 5  # E
pynet.SocketAddress.parse(b"::1")  # E
pynet.SocketAddress.parse("::1", True)  # E
print(pynet.SocketAddress("::1") < "::1")  # E
pynet.BoundSocket(5)  # E
pynet.BoundSocket(ipv6_only=1)  # E
pynet.BoundSocket(host="::1", backlog=5)  # E
pynet.BoundSocket().is_pipe = True  # E
print(pynet.BoundSocket(path="x").address().port)  # E
print(pynet.BoundSocket({"port": 0}).address().port)  # E
pynet.BoundSocket(path=5)  # E
pynet.BlockList("1.2.3.4").add(5)  # E
pynet.BlockList().add_subnet("10.0.0.0")  # E
pynet.BlockList().check(b"1.2.3.4")  # E
pynet.BlockList().rules = []  # E
pynet.BlockList().load([5])  # E
pynet.BlockList.from_file(5)  # E
pynet.BlockList().save(5)  # E
pynet.create_server().listen([None])  # E
pynet.create_server().listen([{"port": 5}])  # E
pynet.connect([80])  # E
pynet.is_ip()  # E
pynet.embed(1)  # E
pynet.embed(uncaught=lambda exc: None)  # E
pynet.aio.run(print)  # E


def wrong_observing(server: pynet.Server) -> None:
    pynet.event_loop_utilization(1)  # E
    pynet.metrics(1)  # E
    pynet.monitor_event_loop_delay("10")  # E
    pynet.monitor_event_loop_delay().max = 1  # E
    print(pynet.monitor_event_loop_delay().p99)  # E
    pynet.set_slow_listener("1")  # E
    pynet.set_slow_listener(1, lambda a, b: None)  # E
    pynet.watch_blocked(1, handler=5)  # E
    pynet.dump(5)  # E
    pynet.diagnostics.subscribe("net.server.socket", print, 5)  # E
    pynet.diagnostics.channel(5)  # E
    print(server.stats.refused)  # E
    server.stats = None  # E
