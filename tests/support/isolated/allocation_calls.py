"""What tests/support/isolated/allocations.py calls with failing allocations, without a loop that runs.

CALLS change nothing: they return or raise the same each time. CHANGES are (make, change, state): an object, a call that
changes it, and what it looks like.
"""

from __future__ import annotations

import contextlib
import copy
import io
import ipaddress
import os
import pickle
import socket
import warnings

import pynet
from pynet import AbortController, AbortSignal, BlockList, BoundSocket, EventEmitter, Server, Socket, SocketAddress

RULES = ["1.2.3.4", "10.0.0.0/8", "192.0.2.1-192.0.2.9", "2001:db8::/32", "fe80::1", "::1-::9"]
MANY = [f"10.{n}.0.0/16" for n in range(200)] + [f"2001:db8:{n:x}::/48" for n in range(200)]
TEXTS = [f"172.16.{n}.{m}" for n in range(4) for m in range(30)]
BLOCKED = BlockList(RULES)
ADDRESS = SocketAddress("2001:db8::1", 443, flowlabel=5)
ABORTED = AbortSignal.abort("why")
SYMBOL = object()


def listener(*args):
    pass


def other(*args):
    pass


def heard() -> EventEmitter:
    emitter = EventEmitter()
    emitter.on("one", listener).on("two", listener).once("two", other).on(SYMBOL, listener)
    return emitter


HEARD = heard()


def of_emitter(emitter):
    return [(name, emitter.listeners(name), emitter.listener_count(name)) for name in emitter.event_names()]


def of_list(blocked):
    return blocked.rules, "10.0.1.1" in blocked, "2001:db8:5::1" in blocked, "9.9.9.9" in blocked


def of_signal(signal):
    return signal.aborted, isinstance(signal.reason, (pynet.AbortError, MemoryError, str))


def with_signals(make=AbortController):
    controller = make()
    controller.signal.add_event_listener("abort", listener)
    return controller


def readable() -> Socket:
    sock = Socket()
    sock.pause()
    for _ in range(6):
        sock.unshift(b"0123456789")
    return sock


def of_readable(sock):
    return sock.readable_length, sock.readable_encoding, sock.readable_flowing, sock.is_paused()


def bound_of(options):
    def call():
        with BoundSocket(options) as bound:
            return bound.is_pipe, type(bound.address()).__name__, bound.fileno() > 0, repr(bound)[:12]

    return call


def socket_of_descriptor():
    here, there = socket.socketpair()
    with here, there:
        sock = Socket(fd=here.fileno())
        sock.destroy()
        return sock.destroyed


def with_listener(name):
    def change(emitter):
        getattr(emitter, name)("two", len)

    return change


def aggregate():
    first = pynet.NetError(111, "a")
    return pynet._pynet._aggregate_error([first, ConnectionRefusedError(111, "b")])


def lookup_error():
    error = pynet.NetLookupError(-2, "getaddrinfo ENOTFOUND x")
    return str(error), error.errno, error.hostname


def too_many():
    emitter = EventEmitter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(11):
            emitter.on("x", listener)
    return emitter.listener_count("x"), [type(one.message).__name__ for one in caught][:0]


def heard_with_removals() -> EventEmitter:
    return heard().on("removeListener", listener).on("newListener", listener)


def turns():
    with contextlib.ExitStack() as blocks:
        return len([blocks.enter_context(pynet.turn()) for _ in range(9)])


def emitted_to_many():
    emitter, calls = EventEmitter().set_max_listeners(0), []
    for n in range(40):
        emitter.once("x", lambda *args, n=n: calls.append((n, len(args))))
    emitter.emit("x", *range(20))
    return len(calls), calls[:1]


CALLS = {
    "AggregateError": lambda: (repr(aggregate()), aggregate().code, len(aggregate().errors)),
    "AggregateError copied": lambda: repr(pickle.loads(pickle.dumps(aggregate()))),
    "LookupError": lookup_error,
    "EventEmitter with too many listeners": too_many,
    "EventEmitter.emit to many": emitted_to_many,
    "EventEmitter.emit with other objects": lambda: EventEmitter().emit("error", [1]),
    "EventEmitter.emit of an error to its monitor": lambda: (
        EventEmitter().on(pynet.error_monitor, listener).on("error", listener).emit("error", 1)
    ),
    "AbortController wrong": lambda: AbortController(5),
    "SocketAddress twice": lambda: SocketAddress("::1", 80, family="ipv6", address="::2"),
    "SocketAddress.parse of a name": lambda: SocketAddress.parse("http://1.2.3.4"),
    "BlockList.check of two families": lambda: [BLOCKED.check(f"::{n}", "ipv6") for n in range(5)],
    "connect with a pair": lambda: Socket().connect(("127.0.0.1", 70000)),
    "connect with a wrong pair": lambda: Socket().connect((5, 5)),
    "connect with the host first": lambda: Socket().connect("example.com", 80),
    "connect with an address first": lambda: Socket().connect(ipaddress.ip_address("::1"), 80),
    "connect with text": lambda: Socket().connect("\ud800", 80),
    "connect with a port as text": lambda: Socket().connect("0x1FFFF"),
    "connect from a wrong address": lambda: Socket().connect(80, local_address="nowhere"),
    "connect with a wrong handle": lambda: Socket().connect(80, handle=5),
    "connect with a wrong lookup": lambda: Socket().connect(80, lookup=5),
    "connect with wrong hints": lambda: Socket().connect(80, hints=1 << 20),
    "connect with a wrong family": lambda: Socket().connect(80, family=5),
    "listen with a pair": lambda: Server().listen(("127.0.0.1", 70000)),
    "listen with a wrong descriptor": lambda: Server().listen(fd=-5),
    "listen with a wrong backlog": lambda: Server().listen(0, backlog="x"),
    "repr of timers": lambda: repr(pynet.set_timeout(listener, 1e6).close()),
    "AbortSignal.timeout wrong": lambda: AbortSignal.timeout(-1),
    "add_event_listener wrong": lambda: AbortController().signal.add_event_listener("abort", 5),
    "Socket.set_keep_alive wrong": lambda: Socket().set_keep_alive(True, "x"),
    "Socket.set_type_of_service wrong": lambda: Socket().set_type_of_service(999),
    "Socket.lines wrong": lambda: Socket().lines("x"),
    "Socket.read_until wrong": lambda: Socket().read_until(b""),
    "is_ip": lambda: [pynet.is_ip(text) for text in ("::1", b"1.2.3.4", 5, "é" * 100, ipaddress.ip_address("::1"))],
    "SocketAddress": lambda: SocketAddress("::1", 80, flowlabel=7),
    "SocketAddress of options": lambda: SocketAddress({"address": "1.2.3.4", "port": "80", "family": "IPv4"}),
    "SocketAddress of ipaddress": lambda: SocketAddress(ipaddress.ip_address("1.2.3.4"), 80),
    "SocketAddress without": lambda: SocketAddress(family="ipv6"),
    "SocketAddress wrong": lambda: SocketAddress("nowhere"),
    "SocketAddress wrong family": lambda: SocketAddress("::1", family="ipv4"),
    "SocketAddress wrong port": lambda: SocketAddress("::1", 70000),
    "SocketAddress wrong type": lambda: SocketAddress(5),
    "SocketAddress.parse": lambda: [SocketAddress.parse(text) for text in ("[::1]:80", "1.2.3.4:5", "0x7f.1", "?")],
    "SocketAddress.parse strict": lambda: SocketAddress.parse("1.2.3.4:5", strict=True),
    "SocketAddress.to_json": lambda: (ADDRESS.to_json(), ADDRESS.address, ADDRESS.family, str(ADDRESS), hash(ADDRESS)),
    "SocketAddress compared": lambda: (ADDRESS < SocketAddress("1.2.3.4"), ADDRESS == SocketAddress("::1")),
    "SocketAddress copied": lambda: (copy.copy(ADDRESS), pickle.loads(pickle.dumps(ADDRESS))),
    "BlockList": lambda: BlockList(RULES),
    "BlockList of many": lambda: len(BlockList(MANY)),
    "BlockList of objects": lambda: BlockList([ADDRESS, ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_address(5)]),
    "BlockList wrong": lambda: BlockList(["1.2.3.4", "10.0.0.0/99"]),
    "BlockList wrong range": lambda: BlockList(["9.9.9.9-1.1.1.1"]),
    "BlockList wrong type": lambda: BlockList([5]),
    "BlockList not iterable": lambda: BlockList(5),
    "BlockList.rules": lambda: (BLOCKED.rules, BLOCKED.to_json(), list(BLOCKED), len(BLOCKED), repr(BLOCKED)),
    "BlockList compared": lambda: (BLOCKED == BlockList(RULES[::-1]), BLOCKED == BlockList(), BLOCKED != 5),
    "BlockList copied": lambda: (copy.copy(BLOCKED), pickle.loads(pickle.dumps(BLOCKED))),
    "BlockList.check": lambda: (BLOCKED.check("1.2.3.4"), BLOCKED.check("::5", "ipv6"), BLOCKED.check("no")),
    "BlockList.check of objects": lambda: (BLOCKED.check(ADDRESS), ipaddress.ip_address(1) in BLOCKED),
    "BlockList.check wrong": lambda: BLOCKED.check("1.2.3.4", "ipv5"),
    "BlockList.from_file": lambda: BlockList.from_file(["1.2.3.4", "10.0.0.0/8"]),
    "BlockList.from_file wrong": lambda: BlockList.from_file(io.StringIO("1.2.3.4\n10.0.0.0/99")),
    "BlockList.save": lambda: BLOCKED.save(io.StringIO()),
    "BlockList.save of bytes": lambda: BLOCKED.save(io.BytesIO()),
    "BlockList.save wrong": lambda: BLOCKED.save(5),
    "BlockList.PRIVATE_RANGES": lambda: BlockList(BlockList.PRIVATE_RANGES).check("10.0.0.1"),
    "EventEmitter": lambda: of_emitter(heard()),
    "EventEmitter.listeners": lambda: (of_emitter(HEARD), HEARD.raw_listeners("two")[:1], HEARD.raw_listeners("no")),
    "EventEmitter.listener_count": lambda: (HEARD.listener_count("two", other), HEARD.get_max_listeners()),
    "EventEmitter.emit": lambda: (HEARD.emit("one", 1, 2), HEARD.emit("no"), HEARD.emit(SYMBOL)),
    "EventEmitter.emit error": lambda: EventEmitter().emit("error", ValueError("x")),
    "EventEmitter.emit error of another type": lambda: EventEmitter().emit("error", 5),
    "EventEmitter.on wrong": lambda: HEARD.on("one", 5),
    "EventEmitter.set_max_listeners wrong": lambda: HEARD.set_max_listeners(-1),
    "EventEmitter.on decorates": lambda: EventEmitter().on("x")(listener) is listener,
    "AbortController": lambda: (AbortController(), AbortController().signal),
    "AbortSignal.abort": lambda: of_signal(AbortSignal.abort()),
    "AbortSignal.any": lambda: of_signal(AbortSignal.any([AbortController().signal, AbortController().signal])),
    "AbortSignal.any of an aborted one": lambda: of_signal(AbortSignal.any([AbortController().signal, ABORTED])),
    "AbortSignal.any wrong": lambda: AbortSignal.any([5]),
    "AbortSignal.throw_if_aborted": ABORTED.throw_if_aborted,
    "Socket": lambda: (Socket().ready_state, repr(Socket())[:7]),
    "Socket of options": lambda: Socket({"allow_half_open": True, "high_water_mark": 5, "noDelay": True}).pending,
    "Socket of a descriptor": socket_of_descriptor,
    "Socket of a wrong descriptor": lambda: Socket(fd=999_999),
    "Socket with onread": lambda: Socket(onread={"buffer": bytearray(9), "callback": listener}).readable,
    "Socket with a signal": lambda: Socket(signal=AbortController().signal).destroyed,
    "Socket with a wrong option": lambda: Socket(allow_half_opened=True),
    "Socket with a wrong type": lambda: Socket(high_water_mark="x"),
    "Socket.address": lambda: (Socket().address(), Socket().remote_address, Socket().local_port),
    "Socket.read_exactly of nothing": lambda: bytes(Socket().read_exactly(0)),
    "Socket.connect wrong": lambda: Socket().connect(70000),
    "Socket.connect without": lambda: Socket().connect(),
    "Socket.connect with a wrong option": lambda: Socket().connect(80, hots="x"),
    "Socket.connect with a wrong host": lambda: Socket().connect(80, 5),
    "Socket.write wrong": lambda: Socket().write(5),
    "Socket.write with a wrong encoding": lambda: Socket().write("x", "nothing"),
    "Socket.pipe wrong": lambda: Socket().pipe(5),
    "Socket.set_timeout wrong": lambda: Socket().set_timeout("x"),
    "Socket.set_keep_alive": lambda: Socket().set_keep_alive(True, 5000, 3000, 2).pending,
    "Socket.set_keep_alive of options": lambda: Socket().set_keep_alive({"enable": True, "interval": 5}).pending,
    "Socket.set_encoding wrong": lambda: Socket().set_encoding("nothing"),
    "Socket.fileno": lambda: Socket().fileno(),
    "Socket.detach": lambda: Socket().detach(),
    "Server": lambda: (Server().listening, repr(Server())[:7]),
    "Server of options": lambda: pynet.create_server({"allow_half_open": True, "noDelay": True}, listener).listening,
    "Server with a block list": lambda: Server(block_list=BLOCKED).block_list is BLOCKED,
    "Server with a wrong option": lambda: Server(pause_on_conect=True),
    "Server.address": lambda: (Server().address(), Server().connections, Server().max_connections),
    "Server.listen wrong": lambda: Server().listen(70000),
    "Server.listen wrong path": lambda: Server().listen({"path": 5}),
    "Server.listen wrong option": lambda: Server().listen(port=0, hots=5),
    "Server.listen wrong way round": lambda: Server().listen("127.0.0.1", 80),
    "Server.fileno": lambda: Server().fileno(),
    "BoundSocket": bound_of(None),
    "BoundSocket of an address": bound_of({"host": "127.0.0.1", "port": 0}),
    "BoundSocket of a SocketAddress": bound_of(SocketAddress("127.0.0.1", 0)),
    "BoundSocket of an abstract path": bound_of({"path": f"\0pynet-{os.getpid()}"}),
    "BoundSocket of a wrong address": bound_of({"host": "192.0.2.1"}),
    "BoundSocket of a wrong host": bound_of({"host": "nowhere"}),
    "BoundSocket of a missing folder": bound_of({"path": "/nowhere/at/all"}),
    "timers": lambda: (pynet.set_timeout(listener, 1e6, 1, 2).close().has_ref(), pynet.clear_interval(None)),
    "immediates": lambda: pynet.clear_immediate(pynet.set_immediate(listener, 5).unref().ref()),
    "turns": turns,
    "AggregateError without errors copied": lambda: repr(pickle.loads(pickle.dumps(pynet.NetAggregateError("x")))),
    "EventEmitter.on with a long text": lambda: HEARD.on("one", "x" * 200),
    "AbortSignal.timeout": lambda: AbortSignal.timeout(1e6).aborted,
    "add_event_listener of options": lambda: AbortController().signal.add_event_listener(
        "abort", listener, {"once": True}
    ),
    "add_event_listener of wrong options": lambda: AbortController().signal.add_event_listener(
        "abort", listener, {"only": True}
    ),
    "listen with a wrong listener": lambda: Server().listen(0, "127.0.0.1", 5, "x"),
    "connect with a wrong listener": lambda: Socket().connect(80, "127.0.0.1", 5),
    "connect to a pair of texts": lambda: Socket().connect(("127.0.0.1", "x")),
    "Socket.read_until of text": lambda: readable().read_until("5", 100),
    "Socket.read_until of nothing": lambda: readable().read_until("", 100),
    "Socket.read_until of other text": lambda: readable().read_until("\ud800", 100),
    "Socket.read_until too far": lambda: readable().read_until(b"x", 10),
    "Socket.read_exactly": lambda: readable().read_exactly(15),
    "set_timeout wrong": lambda: pynet.set_timeout(5, 5),
    "set_uncaught_handler": lambda: (pynet.set_uncaught_handler(listener), pynet.set_uncaught_handler(None)),
    "set_default_high_water_mark wrong": lambda: pynet.set_default_high_water_mark("x"),
    "_counts": lambda: sorted(pynet._pynet._counts())[:2],
    "_abort_error": lambda: pynet._pynet._abort_error("why"),
}

CHANGES = {
    "BlockList.add": (lambda: BlockList(RULES), lambda b: b.add("10.0.0.0-10.9.0.0"), of_list),
    "BlockList.add_address": (lambda: BlockList(), lambda b: b.add_address("10.0.1.1"), of_list),
    "BlockList.add_address ipv6": (lambda: BlockList(RULES), lambda b: b.add_address("9::9", "ipv6"), of_list),
    "BlockList.add_addresses": (lambda: BlockList(RULES), lambda b: b.add_addresses(TEXTS), of_list),
    "BlockList.add_range": (lambda: BlockList(RULES), lambda b: b.add_range("::5", "::8", "ipv6"), of_list),
    "BlockList.add_subnet": (lambda: BlockList(RULES), lambda b: b.add_subnet("10.0.0.0", 9), of_list),
    "BlockList.add_cidrs": (lambda: BlockList(RULES), lambda b: b.add_cidrs(MANY), of_list),
    "BlockList.update": (lambda: BlockList(MANY), lambda b: b.update(MANY + TEXTS), of_list),
    "BlockList.load": (lambda: BlockList(RULES), lambda b: b.load(io.StringIO("\n".join(MANY + TEXTS))), of_list),
    "BlockList.load into an empty one": (
        lambda: BlockList(),
        lambda b: b.load(io.StringIO("\n".join(MANY * 20))),
        of_list,
    ),
    "BlockList.load of lines": (lambda: BlockList(RULES), lambda b: b.load(["1.2.3.4", b"::1"]), of_list),
    "BlockList.from_json": (lambda: BlockList(), lambda b: b.from_json(BLOCKED.to_json()), of_list),
    "BlockList.from_json text": (lambda: BlockList(), lambda b: b.from_json('["Address: IPv4 10.0.1.1"]'), of_list),
    "BlockList.discard": (lambda: BlockList(RULES), lambda b: b.discard("10.0.0.0/8"), of_list),
    "BlockList.clear": (lambda: BlockList(MANY), lambda b: b.clear(), of_list),
    "EventEmitter.on": (heard, with_listener("on"), of_emitter),
    "EventEmitter.once": (heard, with_listener("once"), of_emitter),
    "EventEmitter.prepend_listener": (heard, with_listener("prepend_listener"), of_emitter),
    "EventEmitter.prepend_once_listener": (heard, with_listener("prepend_once_listener"), of_emitter),
    "EventEmitter.on new": (heard, lambda e: e.on("new", len), of_emitter),
    "EventEmitter.off": (heard, lambda e: e.off("two", other), of_emitter),
    "EventEmitter.remove_all_listeners heard": (
        heard_with_removals,
        lambda e: e.remove_all_listeners("two"),
        of_emitter,
    ),
    "EventEmitter.off heard": (heard_with_removals, lambda e: e.off("two", other), of_emitter),
    "EventEmitter.on heard": (heard_with_removals, lambda e: e.once("two", len), of_emitter),
    "AbortSignal.onabort": (
        lambda: AbortController().signal,
        lambda s: setattr(s, "onabort", listener),
        lambda s: s.onabort,
    ),
    "BlockList.remove_subnet": (lambda: BlockList(RULES), lambda b: b.remove_subnet("10.0.0.0", 8), of_list),
    "BlockList.remove_range": (lambda: BlockList(RULES), lambda b: b.remove_range("::1", "::9", "ipv6"), of_list),
    "EventEmitter.remove_all_listeners": (heard, lambda e: e.remove_all_listeners("two"), of_emitter),
    "EventEmitter.remove_all_listeners of all": (heard, lambda e: e.remove_all_listeners(), of_emitter),
    "EventEmitter.emit of once": (heard, lambda e: e.emit("none"), of_emitter),
    "EventEmitter.set_max_listeners": (heard, lambda e: e.set_max_listeners(5000), lambda e: e.get_max_listeners()),
    "AbortController.abort": (AbortController, lambda c: c.abort(), lambda c: of_signal(c.signal)),
    "AbortController.abort with listeners": (with_signals, lambda c: c.abort("x"), lambda c: of_signal(c.signal)),
    "Socket.unshift": (readable, lambda s: s.unshift(b"0123456789"), of_readable),
    "Socket.unshift of text": (readable, lambda s: s.unshift("été", "latin1"), of_readable),
    "Socket.read": (readable, lambda s: s.read(5), of_readable),
    "Socket.read across chunks": (readable, lambda s: s.read(25), of_readable),
    "Socket.read of all": (readable, lambda s: s.read(), of_readable),
    "Socket.set_encoding": (readable, lambda s: s.set_encoding("base64"), of_readable),
    "Socket.set_timeout": (Socket, lambda s: s.set_timeout(60_000, listener), of_emitter),
    "Socket.set_default_encoding": (Socket, lambda s: s.set_default_encoding("hex"), lambda s: s.writable_length),
    "Socket.block_list": (Socket, lambda s: setattr(s, "block_list", BLOCKED), lambda s: s.block_list),
    "Server.max_connections": (Server, lambda s: setattr(s, "max_connections", 5000), lambda s: s.max_connections),
    "Server.accept_rate": (Server, lambda s: setattr(s, "accept_rate", (5.5, 2.5)), lambda s: s.accept_rate),
}
