"""Short conversations on the loop with failing allocations; each is run by isolated/allocations.py in one process.

A scene is a function that gets a Scene. It names the steps that happen when memory lasts. When it does not, a
MemoryError or ENOMEM must come out somewhere, and nothing may stay open.
"""

from __future__ import annotations

import os
import socket

import pynet
import pynet._proxy  # an import with failing allocations is not the subject
from isolated.allocation_stage import FOLDER, NAMES, both, scene
from pynet import _private

# --- reading and writing ---


@both("connect data end close")
def echo(s, listen):
    server, target = listen(lambda sock: sock.on("data", sock.write).on("end", sock.end), {"allow_half_open": True})
    if target:
        sock = s.keep(pynet.connect(target, s.step("connect")))
        sock.on("data", s.step("data")).on("end", s.step("end")).on("close", s.step("close"))
        sock.end("hello")
        s.closes(server, sock)


@both("text close")
def decoded(s, listen):
    """Text that is cut within its characters."""
    data = "été€".encode()

    def send(sock, at=0):
        if at == len(data):
            sock.end()
        else:
            sock.write(data[at : at + 1], lambda err: s.note(err) if err else pynet.set_immediate(send, sock, at + 1))

    server, target = listen(send)
    if target:
        got = []
        sock = s.keep(pynet.connect(target)).set_encoding("utf8").on("data", got.append)
        sock.on("end", lambda: "".join(got) == "été€" and s.steps.add("text"))
        sock.on("close", s.step("close"))
        s.closes(server, sock)


@both("10 close")
def read_by_size(s, listen):
    server, target = listen(lambda sock: (sock.write("01234"), pynet.set_immediate(sock.end, "56789" * 20)))
    if target:
        sock = s.keep(pynet.connect(target))

        def on_readable():
            while (chunk := sock.read(10)) is not None:
                s.steps.add(str(len(chunk)))

        sock.on("readable", on_readable).on("close", s.step("close"))
        s.closes(server, sock)


@both("read resumed close")
def paused(s, listen):
    server, target = listen(lambda sock: (sock.write("01234" * 5), sock.end("5")))
    if target:
        sock = s.keep(pynet.connect(target))
        got = bytearray()

        def on_data(chunk):
            if not got:
                sock.pause()
                sock.unshift(b"again")
                pynet.set_timeout(sock.resume, 1)
            got.extend(chunk)

        sock.on("data", on_data).on("resume", s.step("resumed")).on("close", s.step("close"))
        sock.on("end", lambda: len(got) == 31 and s.steps.add("read"))
        s.closes(server, sock)


@both("all finish close")
def encodings(s, listen):
    """Each encoding, corked, gathered, and with callbacks."""
    got = bytearray()
    wanted = b"\xc3\xa9\xe9\x00\xe9iabcabc\xe2\x82\xacxyz12"

    def accept(sock):
        sock.on("data", got.extend).on("end", lambda: bytes(got) == wanted and s.steps.add("all"))

    server, target = listen(accept)
    if target:
        sock = s.keep(pynet.connect(target))
        sock.on("finish", s.step("finish")).on("close", s.step("close"))
        sock.cork()
        for text, encoding in (("é", "utf8"), ("é", "utf16le"), ("é", "latin1"), ("i", "ascii")):
            if encoding == "utf16le":
                sock.write("\xe9", encoding)
            else:
                sock.write(text, encoding, s.note_or_none)
        sock.write("YWJj", "base64")
        sock.write("616263", "hex")
        sock.uncork()
        sock.set_default_encoding("utf8")
        sock.writelines(["€", bytearray(b"x"), memoryview(b"y"), b"z"])
        sock.end("12", s.note_or_none)
        s.closes(server, sock)


@both("drain all close")
def more_than_fits(s, listen):
    data = bytes(1 << 20)
    got = 0

    def accept(sock):
        def count(chunk):
            nonlocal got
            got += len(chunk)

        sock.on("data", count).on("end", lambda: got == client.bytes_written and s.steps.add("all"))

    def fill():
        while client.write(data, s.note_or_none):
            pass
        client.write(bytearray(10))

    server, target = listen(accept)
    client = s.keep(pynet.Socket())
    if target:
        client.connect(target, fill)
        client.on("drain", s.step("drain", client.end)).on("close", s.step("close"))
        s.closes(server, client)


@both("buffer close")
def into_a_buffer(s, listen):
    server, target = listen(lambda sock: sock.end(bytes(3000)))
    if target:
        got = 0

        def on_read(n, buffer):
            nonlocal got
            got += n
            if got == 3000:
                s.steps.add("buffer")
            if got == 1000:
                pynet.set_immediate(lambda: sock.resume())
                return False

        made = {"buffer": lambda: bytearray(1000), "callback": on_read}
        sock = s.keep(pynet.Socket(onread=made)).on("close", s.step("close")).on("end", s.step("end"))
        sock.connect(target)
        s.closes(server, sock)


@both("timeout close")
def idle(s, listen):
    server, target = listen()
    if target:
        sock = s.keep(pynet.connect(target))
        sock.set_timeout(1, s.step("timeout", sock.destroy)).on("close", s.step("close"))
        s.closes(server, sock)


# --- pipes ---


@both("piped close")
def pipe_between(s, listen):
    got = bytearray()
    server, target = listen(lambda sock: sock.pipe(sock))
    if target:
        sock = s.keep(pynet.connect(target))
        sock.on("data", got.extend).on("end", lambda: len(got) == 200_000 and s.steps.add("piped"))
        sock.on("close", s.step("close"))
        sock.end(bytes(200_000))
        s.closes(server, sock)


class Sink:
    """Any object with write(): wants a pause after each chunk."""

    def __init__(self):
        self.got, self.ended, self.listeners = bytearray(), False, {}

    def on(self, name, listener):
        self.listeners.setdefault(name, []).append(listener)

    def once(self, name, listener):
        self.on(name, listener)

    def off(self, name, listener):
        self.listeners[name].remove(listener)

    def write(self, chunk):
        self.got += chunk
        pynet.set_immediate(self.drained)
        return False

    def drained(self):
        for listener in tuple(self.listeners.get("drain", ())):
            listener()

    def end(self):
        self.ended = True


@both("sunk emitter list unpipe close", "ERR_STREAM_DESTROYED")
def pipe_to_objects(s, listen):
    server, target = listen(lambda sock: (sock.write("01234"), pynet.set_immediate(sock.end, "56789")))
    if target:
        sink = Sink()

        class Emitter(pynet.EventEmitter):
            def write(self, chunk):
                s.steps.add("emitter")

            def end(self):
                pass

        emitter, other = Emitter(), Emitter()
        emitter.on("error", s.note).on("pipe", lambda source: None)
        other.on("unpipe", s.step("unpipe"))
        sock = s.keep(pynet.connect(target))
        for destination in (sink, emitter, other):
            sock.pipe(destination, end=destination is not other)
        sock.unpipe(other)
        sock.on("data", s.step("list"))
        sock.on("close", s.step("close"))
        sock.on("end", lambda: pynet.set_immediate(lambda: sink.got == b"0123456789" and s.steps.add("sunk")))
        s.closes(server, sock)


# --- the ends of a connection ---


@both("destroyed close", "OWN")
def destroyed_with_an_error(s, listen):
    server, target = listen()
    if target:
        error = pynet.NetError("own")
        error.code = "OWN"
        sock = s.keep(pynet.connect(target))
        sock.on("error", lambda got: got is error and s.steps.add("destroyed")).on("close", s.step("close"))
        sock.once("connect", lambda: (sock.write("lost", lambda err: None), sock.destroy(error)))
        s.closes(server, sock)


@scene("reset close", "ECONNRESET", "EPIPE")
def reset(s):
    server, target = s.tcp(lambda sock: sock.once("data", lambda chunk: sock.reset_and_destroy()))
    if target:
        sock = s.keep(pynet.connect(target)).resume()
        sock.on("error", s.step("reset")).on("end", s.step("reset")).on("close", s.step("close"))
        sock.write("x")
        s.closes(server, sock)


@both("finish close")
def destroyed_soon(s, listen):
    server, target = listen()
    if target:
        sock = s.keep(pynet.connect(target)).on("finish", s.step("finish")).on("close", s.step("close"))
        sock.once("connect", lambda: (sock.write(bytes(100_000)), sock.destroy_soon()))
        s.closes(server, sock)


@both("again close", "ECONNREFUSED", "ENOENT")
def connected_again(s, listen):
    server, target = listen(lambda sock: sock.end("x"))
    if target:
        sock = s.keep(pynet.Socket()).resume()
        first = True

        def closed(had_error):
            nonlocal first
            if first:
                first = False
                sock.connect(target, s.step("again"))
            else:
                s.steps.add("close")
                server.close()

        sock.on("close", closed)
        sock.connect(target)


@both("detached close")
def detached(s, listen):
    server, target = listen(lambda sock: sock.end("x"))
    if target:
        sock = s.keep(pynet.connect(target))

        def take():
            adopted = s.keep(pynet.Socket(fd=sock.detach().detach()))
            s.steps.add("detached")
            adopted.on("data", lambda chunk: None).on("close", s.step("close", lambda had_error: server.close()))

        sock.once("connect", take)


@scene("connect settings close")
def settings(s):
    server, target = s.tcp(lambda sock: sock.resume(), {"keep_alive": True, "no_delay": True})
    if target:
        sock = s.keep(pynet.Socket(no_delay=True, keep_alive=True, keep_alive_initial_delay=5000))
        sock.set_no_delay(False).set_keep_alive(True, 7000, 3000, 3)
        sock.connect(target, s.step("connect"))

        def connected():
            sock.set_type_of_service(16).set_keep_alive(False)
            seen = (sock.address(), sock.local_address, sock.local_port, sock.local_family, sock.remote_address)
            if sock.get_type_of_service() == 16 and seen[4] == "127.0.0.1" and repr(sock) and sock.fileno() > 0:
                s.steps.add("settings")
            sock.end()

        sock.once("connect", connected).on("close", s.step("close"))
        s.closes(server, sock)


# --- connecting ---


def answering(*addresses, later=True):
    def lookup(hostname, options, callback):
        answer = (None, [{"address": address, "family": 4} for address in addresses])
        if later:
            pynet.set_immediate(callback, *answer)
        else:
            callback(*answer)

    return lookup


@scene("lookup connect close", "ECONNREFUSED", "EADDRNOTAVAIL")
def by_name(s):
    server, target = s.tcp(lambda sock: sock.end())
    if target:
        sock = s.keep(pynet.connect({"port": target["port"], "host": "localhost", "family": 4}))
        sock.on("lookup", s.step("lookup")).on("connect", s.step("connect")).on("close", s.step("close")).resume()
        s.closes(server, sock)


@scene("attempt failed connect list close", "ECONNREFUSED")
def several_addresses(s):
    server, target = s.tcp(lambda sock: sock.end())
    if target:
        options = {"port": target["port"], "host": "name", "auto_select_family_attempt_timeout": 10}
        sock = s.keep(pynet.connect({**options, "lookup": answering("127.0.0.2", "127.0.0.3", "127.0.0.1")}))
        sock.on("connectionAttempt", s.step("attempt")).on("connectionAttemptFailed", s.step("failed"))
        sock.on("connect", s.step("connect")).on("close", s.step("close")).resume()
        sock.on("connect", lambda: sock.auto_select_family_attempted_addresses and s.steps.add("list"))
        s.closes(server, sock)


@scene("errors close", "ECONNREFUSED", "EADDRNOTAVAIL")
def all_addresses_fail(s):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        sock = s.keep(pynet.Socket())
        lookup = answering("127.0.0.2", "127.0.0.1", later=False)
        sock.on("error", lambda error: len(getattr(error, "errors", [error])) in (1, 2) and s.steps.add("errors"))
        sock.on("close", s.step("close"))
        sock.connect(port=port, host="name", lookup=lookup)
        s.held = pynet.set_timeout(lambda: None, 1)


@scene("blocked close", "ERR_IP_BLOCKED")
def blocked_addresses(s):
    server, target = s.tcp()
    if target:
        blocked = pynet.BlockList(["127.0.0.0/8"])
        sock = s.keep(pynet.connect({**target, "block_list": blocked}))
        sock.on("error", s.step("blocked")).on("close", s.step("close"))
        s.closes(server, sock)


@scene("wrong close", "ERR_INVALID_IP_ADDRESS", "ERR_INVALID_ADDRESS_FAMILY")
def lookup_with_wrong_answers(s):
    server, target = s.tcp()
    if target:
        socks = []
        for answer in ((None, "nowhere", 4), (None, "127.0.0.1", 5), (None, [{"address": 5}])):
            lookup = lambda name, options, callback, answer=answer: callback(*answer)  # noqa: E731
            sock = s.keep(pynet.connect({"port": target["port"], "host": "name", "lookup": lookup}))
            socks.append(sock.on("error", s.step("wrong")).on("close", s.step("close")))
        s.closes(server, *socks)


@scene("failed close", "ENOTFOUND", "OWN")
def lookup_that_fails(s):
    error = OSError("own")
    error.code = "OWN"
    sock = s.keep(pynet.connect({"port": 1, "host": "name", "lookup": lambda name, options, callback: callback(error)}))
    sock.on("error", lambda got: got is error and s.steps.add("failed")).on("close", s.step("close"))


@scene("failed close", "ENOTFOUND", "EAI_AGAIN")
def lookup_of_no_name(s):
    sock = s.keep(pynet.connect(80, "x" * 64))
    sock.on("error", lambda error: getattr(error, "hostname", None) == "x" * 64 and s.steps.add("failed")).on(
        "close", s.step("close")
    )


@scene("failed close", "ECONNREFUSED")
def refused_with_a_local_port(s):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        sock = s.keep(pynet.connect(port, "127.0.0.1", local_address="127.0.0.8", local_port=port))
        sock.on("error", lambda error: getattr(error, "local_address", None) == "127.0.0.8" and s.steps.add("failed"))
        sock.on("close", s.step("close"))
        s.held = pynet.set_timeout(lambda: None, 1)


@both("aborted close", "ABORT_ERR")
def aborted(s, listen):
    server, target = listen()
    if target:
        controller = pynet.AbortController()
        both = pynet.AbortSignal.any([controller.signal, pynet.AbortController().signal])
        sock = s.keep(pynet.connect({**target, "signal": both}))
        sock.on("error", s.step("aborted")).on("close", s.step("close"))
        pynet.set_immediate(controller.abort)
        s.closes(server, sock)


@scene("timeout", "TIMEOUT_ERR")
def signal_with_a_timeout(s):
    s.held = pynet.AbortSignal.timeout(1)
    s.held.add_event_listener("abort", s.step("timeout"))
    s.wait = pynet.set_timeout(lambda: None, 5)


@scene("connect close", "EADDRINUSE")
def from_a_local_address(s):
    server, target = s.tcp(lambda sock: sock.end())
    if target:
        sock = s.keep(pynet.connect({**target, "local_address": "127.0.0.9", "local_port": 0}))
        sock.on("connect", lambda: sock.local_address == "127.0.0.9" and s.steps.add("connect"))
        sock.resume().on("close", s.step("close"))
        s.closes(server, sock)


@scene("connect close")
def through_a_bound_socket(s):
    server, target = s.tcp(lambda sock: sock.end())
    if target:
        with pynet.BoundSocket(host="127.0.0.1") as bound:
            sock = s.keep(pynet.connect({**target, "handle": bound}))
        sock.on("connect", s.step("connect")).on("close", s.step("close")).resume()
        s.closes(server, sock)


@scene("error close", "ENOENT")
def path_without_a_server(s):
    sock = s.keep(pynet.connect(f"{FOLDER}/none"))
    sock.on("error", s.step("error")).on("close", s.step("close"))


# --- servers ---


@scene("error", "EADDRINUSE")
def address_in_use(s):
    server, target = s.tcp()
    if target:
        other = s.server().on("error", s.step("error")).listen(target["port"], "127.0.0.1")
        other.on("error", lambda error: server.close())


@scene("listening close")
def listens_on_a_name(s):
    server = s.server().on("listening", s.step("listening")).on("close", s.step("close"))
    server.listen(0, "localhost", lambda: server.close())


@scene("aborted", "ABORT_ERR")
def listens_until_aborted(s):
    controller = pynet.AbortController()
    server = s.server().on("close", s.step("aborted"))
    server.listen({"port": 0, "host": "127.0.0.1", "signal": controller.signal})
    pynet.set_immediate(controller.abort)


@scene("fd close")
def listens_on_a_descriptor(s):
    plain = socket.socket()
    plain.bind(("127.0.0.1", 0))
    address = plain.getsockname()
    server = s.server(lambda sock: sock.end()).listen({"fd": plain.detach()}, s.step("fd"))
    if server.listening:
        sock = s.keep(pynet.connect(address[1], address[0])).resume().on("close", s.step("close"))
        s.closes(server, sock)


@scene("listening address close")
def listens_on_a_bound_path(s):
    path = f"{FOLDER}/{next(NAMES)}"
    with pynet.BoundSocket(path=path) as bound:
        server = s.server(lambda sock: sock.end()).listen(bound, s.step("listening"))
    if server.listening:
        if server.address() == path:
            s.steps.add("address")
        sock = s.keep(pynet.connect(path)).resume().on("close", s.step("close"))
        s.closes(server, sock)


@scene("listening close")
def listens_on_a_stale_path(s):
    path = f"{FOLDER}/{next(NAMES)}"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(path)
    server = s.server().on("close", s.step("close"))
    options = {"path": path, "unlink_stale": True, "mode": 0o606, "group": os.getegid()}
    server.listen(options, s.step("listening", server.close))


@scene("listening close")
def listens_where_a_primary_listens(s):
    plain = socket.create_server(("127.0.0.1", 0))

    def ask(server, token, places, options):
        with plain:
            _private.listen_answer(server, token, [os.dup(plain.fileno())], "fair")

    _private.cluster_hooks(ask, None)
    server = s.server(lambda sock: sock.end())
    try:
        server.listen(0, s.step("listening"))
    finally:
        _private.cluster_hooks(None, None)
    if server.listening:
        sock = s.keep(pynet.connect(server.port, "127.0.0.1")).resume().on("close", s.step("close"))
        s.closes(server, sock)


@both("drop count close", "EPIPE", "ECONNRESET")
def drops(s, listen):
    server, target = listen(None, {"block_list": pynet.BlockList(["127.0.0.1"])})
    if target:
        server.max_connections = 0
        server.on("drop", s.step("drop"))
        sock = s.keep(pynet.connect(target)).resume().on("close", s.step("close"))
        server.get_connections(lambda err, count: s.steps.add("count") if err is None else s.note(err))
        s.closes(server, sock)


@both("drop close", "EPIPE", "ECONNRESET")
def drops_above_the_limit(s, listen):
    server, target = listen(lambda sock: sock.end())
    if target:
        server.max_connections = 1
        server.on("drop", s.step("drop"))
        socks = [s.keep(pynet.connect(target)).resume().on("close", s.step("close")) for _ in range(3)]
        s.closes(server, *socks)


def proxied(s, listen, connect):
    """A server behind a proxy, whose connection connect(target) makes."""

    def accept(sock):
        if sock.remote_address == "192.0.2.1" and sock.proxy.source.port == 1:
            s.steps.add("client")
        sock.on("data", lambda data: sock.end())

    server, target = listen(accept, {"proxy_protocol": ["127.0.0.1"]})
    if target:
        server.on("proxyError", lambda error, info: s.note(error))
        sock = s.keep(connect(target)).resume().on("close", s.step("close"))
        s.closes(server, sock)


CLIENT = ("192.0.2.1", 1), ("192.0.2.2", 2)


@both("client close", "EPIPE", "ECONNRESET", "ERR_PROXY_HEADER_INVALID")
def behind_a_proxy(s, listen):
    def connect(target):
        sock = pynet.connect(target, proxy_header=pynet.ProxyHeader(CLIENT))
        sock.write("1")
        return sock

    proxied(s, listen, connect)


@both("client close", "EPIPE", "ECONNRESET", "ERR_PROXY_HEADER_INVALID")
def behind_a_slow_proxy(s, listen):
    """The header comes in two pieces: the connection waits in between."""
    data = bytes(pynet.ProxyHeader(CLIENT))

    def connect(target):
        sock = pynet.connect(target)
        sock.once("connect", lambda: (sock.write(data[:9]), pynet.set_timeout(sock.write, 5, data[9:] + b"1")))
        return sock

    proxied(s, listen, connect)


@scene("drop close", "EPIPE", "ECONNRESET")
def drops_above_the_limit_of_an_address(s):
    server, target = s.tcp(lambda sock: sock.end(), {"max_connections_per_address": 1, "accept_rate": (9, 1)})
    if target:
        server.on("drop", s.step("drop"))
        socks = [s.keep(pynet.connect(target)).resume().on("close", s.step("close")) for _ in range(3)]
        s.closes(server, *socks)


@both("shutdown close")
def shuts_down(s, listen):
    server, target = listen(lambda sock: sock.resume())
    if target:
        sock = s.keep(pynet.connect(target)).resume().on("close", s.step("close"))
        sock.once("connect", lambda: server.shutdown(0.001).add_done_callback(s.step("shutdown")))


@both("iterated closed", "EPIPE", "ECONNRESET")
def iterated(s, listen):
    server, target = listen()
    server.remove_all_listeners("connection")
    if target:
        loop = aiter(server)
        sock = s.keep(pynet.connect(target)).resume()

        def take():
            accepted = loop._attempt()
            if isinstance(accepted, pynet.Socket):
                s.keep(accepted).end()
                s.steps.add("iterated")
            elif accepted is None:
                pynet.set_timeout(take, 1)

        def end(had_error):
            loop.close()
            server.close(s.step("closed"))

        sock.on("connect", take).on("close", end)


# --- the rest of the loop ---


@scene("tick immediate timeout interval")
def timers(s):
    pynet.next_tick(s.step("tick"), 1, 2)
    pynet.set_immediate(s.step("immediate"), 1)
    pynet.set_timeout(s.step("timeout"), 1, 1).refresh()
    held = pynet.set_interval(s.step("interval", lambda: held.close()), 1)
    pynet.set_timeout(len, 1).unref().close()


@scene("raised next", "OWN")
def uncaught(s):
    """A listener raises: the rest is called by the next run()."""
    error = OSError("own")
    error.code = "OWN"
    emitter = pynet.EventEmitter()

    def fail():
        s.steps.add("raised")
        raise error

    emitter.on("x", fail)
    pynet.set_immediate(emitter.emit, "x")
    pynet.set_immediate(lambda: (pynet.next_tick(s.step("next")), emitter.emit("y")))


@both("replayed", "ERR_SOCKET_CLOSED_BEFORE_CONNECTION")
def many_listeners(s, listen):
    server, target = listen()
    if target:
        sock = s.keep(pynet.connect(target))
        calls = []
        for n in range(20):
            sock.on("connect", lambda n=n: calls.append(n))
        sock.once("connect", lambda: (sock.emit("mine", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), sock.destroy()))
        sock.on("mine", lambda *args: len(args) == 11 and len(calls) == 20 and s.steps.add("replayed"))
        s.closes(server, sock)
